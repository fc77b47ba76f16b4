package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
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
	version int // sent as If-Match; 0: no header
	body    any
}

type answer struct {
	status int
	body   []byte
}

func (b *bookingBench) ask(ctx context.Context, r request) (answer, error) {
	var body io.Reader = http.NoBody
	if r.body != nil {
		data, err := json.Marshal(r.body)
		if err != nil {
			return answer{}, err
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, "http://"+b.addr+r.path, body)
	if err != nil {
		return answer{}, err
	}
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	if r.key != "" {
		req.Header.Set("Idempotency-Key", r.key)
	}
	if r.version != 0 {
		req.Header.Set("If-Match", strconv.Itoa(r.version))
	}
	return b.conns.do(req)
}

// hold requests a hold of nets at the time of a slot.
func (b *bookingBench) hold(ctx context.Context, s slot, nets ...int64) (answer, error) {
	return b.ask(ctx, request{
		method: http.MethodPost, path: fmt.Sprintf("/api/v1/clubs/%d/holds", b.club.id), token: b.members[s.member].token, key: b.key(),
		body: map[string]any{"nets": nets, "start": s.start.Format(time.RFC3339), "end": s.end().Format(time.RFC3339)},
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
