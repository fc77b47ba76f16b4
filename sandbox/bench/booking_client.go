package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"pavilion/booking"
	"pavilion/sandbox"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

// member is a signed-in member.
type member struct {
	id    booking.MemberID
	token string
}

// request is one call of the API.
type request struct {
	method  string // empty means GET
	path    string
	token   string
	key     string
	version int    // sent as If-Match; 0: no header
	tag     string // sent as If-None-Match
	body    any
}

type answer struct {
	status int
	tag    string // ETag
	body   []byte
}

// append writes the request as it is sent to a server.
func (r request) append(out []byte, server string) ([]byte, error) {
	out = fmt.Appendf(out, "%s %s HTTP/1.1\r\nHost: %s\r\n", cmp.Or(r.method, http.MethodGet), r.path, server)
	if r.token != "" {
		out = fmt.Appendf(out, "Authorization: Bearer %s\r\n", r.token)
	}
	if r.key != "" {
		out = fmt.Appendf(out, "Idempotency-Key: %s\r\n", r.key)
	}
	if r.version != 0 {
		out = fmt.Appendf(out, "If-Match: %d\r\n", r.version)
	}
	if r.tag != "" {
		out = fmt.Appendf(out, "If-None-Match: %s\r\n", r.tag)
	}
	if r.body == nil {
		return append(out, "\r\n"...), nil
	}
	body, err := json.Marshal(r.body)
	return fmt.Appendf(out, "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body), err
}

func (b *bookingBench) ask(ctx context.Context, r request) (answer, error) {
	return b.conns.do(ctx, b.addr, r)
}

// holdBody is the body of a hold.
type holdBody struct {
	Nets  []int64   `json:"nets"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// hold requests a hold of nets at the time of a slot.
func (b *bookingBench) hold(ctx context.Context, s slot, nets ...int64) (answer, error) {
	return b.ask(ctx, request{
		method: http.MethodPost, path: fmt.Sprintf("/api/v1/clubs/%d/holds", b.club.id), token: b.members[s.member].token, key: b.key(),
		body: holdBody{nets, s.start, s.end()},
	})
}

func (b *bookingBench) key() string { return fmt.Sprintf("bench-%d", b.keys.Add(1)) }

var errSignIn = errors.New("sign-in refused")

// signInAll signs in every member with the init data of a Mini App.
func (b *bookingBench) signInAll(ctx context.Context) ([]member, error) {
	members := make([]member, everybody)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(holders)
	for i := range members {
		group.Go(func() error {
			id := firstMember + booking.MemberID(i)
			data, err := miniapp.InitData(sandbox.BotToken, world.User{ID: int64(id), First: "Member"}, time.Now())
			if err != nil {
				return err
			}
			a, err := b.ask(ctx, request{method: http.MethodPost, path: "/api/v1/sessions", body: map[string]any{
				"init_data": data, "client_id": fmt.Sprintf("bench-device-%08d", i),
			}})
			if err != nil {
				return err
			}
			if a.status != http.StatusCreated {
				return fmt.Errorf("%w: %d %s", errSignIn, a.status, a.body)
			}
			var tokens struct {
				Access string `json:"access_token"`
			}
			members[i].id = id
			err = json.Unmarshal(a.body, &tokens)
			members[i].token = tokens.Access
			return err
		})
	}
	return members, group.Wait()
}
