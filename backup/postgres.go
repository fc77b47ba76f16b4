package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"pavilion/internal/secret"
)

// ErrTools means that a program of PostgreSQL is missing or too old.
var ErrTools = errors.New("install PostgreSQL's client programs (Debian: apt install postgresql-client, or postgresql-client-N of apt.postgresql.org for version N)")

// libpqAddress returns a URL for PostgreSQL's programs and its password, which goes into the environment: arguments are shown in lists of processes.
// Parameters that only pgx knows are left out.
func libpqAddress(address secret.String) (dbname, password string, err error) {
	u, err := url.Parse(address.Reveal())
	if err != nil {
		return "", "", errors.New("the Postgres URL cannot be read") // the parse error quotes the password
	}
	query := u.Query()
	password, _ = u.User.Password()
	if query.Has("password") {
		password = query.Get("password")
	}
	for name := range query {
		if name == "password" || strings.HasPrefix(name, "pool_") || strings.HasPrefix(name, "default_query_") || strings.HasSuffix(name, "_cache_capacity") {
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	return u.String(), password, nil
}

// checkTool returns an error unless a program of PostgreSQL is installed and at least as new as the server.
func checkTool(ctx context.Context, name string, server int) error {
	out, err := exec.CommandContext(ctx, name, "--version").Output()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%s is not here: %w", name, ErrTools)
	}
	if err != nil {
		return fmt.Errorf("%s --version: %w", name, err)
	}
	major, err := strconv.Atoi(regexp.MustCompile(`\d+`).FindString(string(out)))
	if err != nil {
		return fmt.Errorf("%s says no version: %q", name, out)
	}
	if major < server {
		return fmt.Errorf("%s is of version %d and the server of %d: %w", name, major, server, ErrTools)
	}
	return nil
}

// runTool runs a program of PostgreSQL on a database. The error has the program's output.
func runTool(ctx context.Context, address secret.String, name string, args ...string) error {
	dbname, password, err := libpqAddress(address)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, name, append(args, "--dbname="+dbname, "--no-password")...) //nolint:gosec // our own arguments
	cmd.Env = append(cmd.Environ(), "PGAPPNAME=pavilion "+name)
	if password != "" {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", name, context.Cause(ctx))
		}
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(said.String()))
	}
	return nil
}

// readDump lets pg_restore read a dump to its end. It turns the dump into SQL, which is discarded.
func readDump(ctx context.Context, path string) error {
	if err := checkTool(ctx, "pg_restore", 0); err != nil {
		return err
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, "pg_restore", "--file=-", path) //nolint:gosec // below the folder that the operator names
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w: pg_restore: %w: %s", ErrDamaged, err, strings.TrimSpace(said.String()))
	}
	return nil
}
