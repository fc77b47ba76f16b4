package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// preamble computes a slot like clubFigures.slot. Every client has its own range of numbers.
const preamble = `\set n :n + 1
\set slot :base + :n * %d + :client_id
\set net %d + :slot %% %d
\set member %d + :slot %% %d
\set start %d + :slot / %d * %d
\set day :start / 86400
\set key random(1, 4000000000000000000)
`

var errRecording = errors.New("that is no hold")

// scripts are the scripts for pgbench: the statements of a hold one after the other, and the same in the round trips of the binary, each as one
// pipeline.
type scripts struct{ plain, together string }

// script records the statements of one hold and writes scripts that send them with a new slot each time. The server stays connected through the
// recorder, which does not record any more.
func (b *bookingBench) script(ctx context.Context, name string) (files scripts, err error) {
	r, postgresURL, err := record(ctx, b.engines.PostgresURL)
	if err != nil {
		return files, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := b.direct(ctx, postgresURL); err != nil {
		return files, err
	}
	// The second hold is recorded, because the settings and the session are cached by then, as they mostly are.
	var s slot
	var held answer
	take := func() error {
		if s, err = b.nextSlot(); err != nil {
			return err
		}
		s.member = 0
		if held, err = b.hold(ctx, s, s.net); err == nil && held.status != http.StatusCreated {
			err = fmt.Errorf("hold: %d %s", held.status, held.body)
		}
		return err
	}
	if err := take(); err != nil {
		return files, err
	}
	trips, err := r.during(take)
	if err != nil {
		return files, err
	}
	return b.write(ctx, name, trips, s)
}

// write translates the recorded statements into pgbench's language.
func (b *bookingBench) write(ctx context.Context, name string, trips [][]statement, s slot) (files scripts, err error) {
	conn, err := pgx.Connect(ctx, b.engines.PostgresURL)
	if err != nil {
		return files, err
	}
	defer conn.Close(ctx) //nolint:errcheck // the statements' own errors count
	steps := int64(slotSteps / time.Second)
	start := fmt.Sprintf(preamble, holders, b.club.firstNet, lanes, firstMember, everybody, b.club.first.Unix(), lanes, steps)
	plain, together, statements := start, start, 0
	for _, trip := range trips {
		var lines string
		for _, st := range trip {
			text, err := b.inline(ctx, conn, st, s)
			if err != nil {
				return files, err
			}
			lines += strings.TrimSuffix(strings.TrimSpace(text), ";") + ";\n"
			statements++
		}
		plain += lines
		if len(trip) > 1 {
			lines = "\\startpipeline\n" + lines + "\\endpipeline\n"
		}
		together += lines
	}
	if !strings.Contains(plain, "INSERT INTO booking ") || !strings.HasSuffix(plain, "commit;\n") {
		return files, fmt.Errorf("%w: %s", errRecording, plain)
	}
	fmt.Fprintf(b.out, "# %s: %d statements in %d round trips\n", name, statements, len(trips))
	files = scripts{filepath.Join(b.dir, name+"-plain.sql"), filepath.Join(b.dir, name+"-together.sql")}
	return files, errors.Join(os.WriteFile(files.plain, []byte(plain), 0o600), os.WriteFile(files.together, []byte(together), 0o600))
}

var placeholder = regexp.MustCompile(`\$\d+`)

// inline replaces the parameters of a statement by expressions.
func (b *bookingBench) inline(ctx context.Context, conn *pgx.Conn, st statement, s slot) (string, error) {
	if len(st.params) == 0 {
		return st.sql, nil
	}
	described, err := conn.Prepare(ctx, "", st.sql)
	if err != nil {
		return "", fmt.Errorf("describe a recorded statement: %w", err)
	}
	expressions := make([]string, len(st.params))
	for i, p := range st.params {
		t, ok := conn.TypeMap().TypeForOID(described.ParamOIDs[i])
		if !ok {
			return "", fmt.Errorf("%w: a parameter of the type %d", errRecording, described.ParamOIDs[i])
		}
		if p == nil {
			expressions[i] = "NULL::" + t.Name
			continue
		}
		value, err := t.Codec.DecodeValue(conn.TypeMap(), t.OID, st.formats[i], p)
		if err != nil {
			return "", fmt.Errorf("read a recorded %s: %w", t.Name, err)
		}
		if expressions[i], err = b.expression(conn.TypeMap(), t, value, s); err != nil {
			return "", err
		}
	}
	return placeholder.ReplaceAllStringFunc(st.sql, func(p string) string {
		n, _ := strconv.Atoi(p[1:])
		return "(" + expressions[n-1] + ")"
	}), nil
}

// expression returns an expression of the slot for a recorded value. A value that does not depend on the slot is constant.
func (b *bookingBench) expression(types *pgtype.Map, t *pgtype.Type, value any, s slot) (string, error) {
	switch v := value.(type) {
	case int64:
		if e, ok := b.number(v, s); ok {
			return fmt.Sprintf("(%s)::%s", e, t.Name), nil
		}
	case int32:
		if e, ok := b.number(int64(v), s); ok {
			return fmt.Sprintf("(%s)::%s", e, t.Name), nil
		}
	case string:
		member := strconv.FormatInt(int64(b.members[0].id), 10)
		switch {
		case v == fmt.Sprintf("bench-%d", b.keys.Load()):
			return "'bench-' || (:key)::text", nil
		case t.Name == "text" && strings.HasSuffix(v, member):
			return fmt.Sprintf("%s || (:member)::text", literal(strings.TrimSuffix(v, member))), nil
		}
	case time.Time:
		const near = 32 * 24 * time.Hour // the first slot is further than this from now, so only the slot's own times and days match
		away := v.Sub(s.start)
		switch {
		case t.Name == "date" && away.Abs() < near:
			days := int64(v.Sub(s.start.Truncate(24*time.Hour)) / (24 * time.Hour))
			return fmt.Sprintf("date '1970-01-01' + (:day)::int + (%d)", days), nil
		case t.Name == "timestamptz" && (away == 0 || away == slotSteps):
			return fmt.Sprintf("to_timestamp((:start)::bigint + %d)", int64(away/time.Second)), nil
		}
	case []any:
		items := make([]string, 0, len(v))
		element := &pgtype.Type{Name: strings.TrimPrefix(t.Name, "_")}
		for _, item := range v {
			e, ok := "", false
			switch n := item.(type) {
			case int64:
				e, ok = b.number(n, s)
			case int32:
				e, ok = b.number(int64(n), s)
			}
			if !ok {
				break
			}
			items = append(items, fmt.Sprintf("(%s)::%s", e, element.Name))
		}
		if len(v) > 0 && len(items) == len(v) {
			return "ARRAY[" + strings.Join(items, ", ") + "]", nil
		}
	}
	text, err := types.Encode(t.OID, pgtype.TextFormatCode, value, nil)
	if err != nil {
		return "", fmt.Errorf("write a recorded %s: %w", t.Name, err)
	}
	return literal(string(text)) + "::" + t.Name, nil
}

// number recognises a slot's numbers by their size: the ranges of ids are far apart (see makeClub), and days are near the slot's.
func (b *bookingBench) number(n int64, s slot) (string, bool) {
	day := s.start.Unix() / 86400
	switch {
	case n == s.net:
		return ":net", true
	case n == int64(b.members[0].id):
		return ":member", true
	case n > 5_000_000 && n < 6_000_000: // the hold's own id, which the transaction has just made
		return "currval(pg_get_serial_sequence('booking', 'id'))", true
	case n >= day-1 && n <= day+1:
		return fmt.Sprintf("(:day)::int + (%d)", n-day), true
	}
	return "", false
}

// literal quotes a text for SQL and encodes colons, which pgbench would parse as variables.
func literal(text string) string {
	return "E'" + strings.NewReplacer(`\`, `\\`, `'`, `''`, `:`, `\x3A`).Replace(text) + "'"
}
