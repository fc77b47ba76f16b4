package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"pavilion/booking"
	"pavilion/sandbox"
)

// member is somebody who signed in.
type member struct {
	id    booking.MemberID
	token string
}

// request is one call of the API.
type request struct {
	method string // GET where empty
	path   string
	token  string
	key    string
	body   any
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
	res, err := b.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close() //nolint:errcheck // read to the end
	data, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, data}, err
}

// hold asks for nets at the time of a slot.
func (b *bookingBench) hold(ctx context.Context, s slot, nets ...int64) (answer, error) {
	return b.ask(ctx, request{
		method: http.MethodPost, path: fmt.Sprintf("/api/v1/clubs/%d/holds", b.club.id), token: b.members[s.member].token, key: b.key(),
		body: map[string]any{"nets": nets, "start": s.start.Format(time.RFC3339), "end": s.end().Format(time.RFC3339)},
	})
}

func (b *bookingBench) key() string { return fmt.Sprintf("bench-%d", b.keys.Add(1)) }

var errSignIn = errors.New("sign-in refused")

// signInAll exchanges what Telegram would give each member's Mini App for a session.
func (b *bookingBench) signInAll(ctx context.Context) ([]member, error) {
	members := make([]member, everybody)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(holders)
	for i := range members {
		group.Go(func() error {
			id := firstMember + booking.MemberID(i)
			a, err := b.ask(ctx, request{method: http.MethodPost, path: "/api/v1/sessions", body: map[string]any{
				"init_data": initData(id, time.Now()), "client_id": fmt.Sprintf("bench-device-%08d", i),
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

// initData is what Telegram hands to a Mini App, signed with the sandbox's bot token.
func initData(id booking.MemberID, at time.Time) string {
	user := fmt.Sprintf(`{"id":%d,"first_name":"Member"}`, id)
	date := strconv.FormatInt(at.Unix(), 10)
	key := hmac.New(sha256.New, []byte("WebAppData"))
	key.Write([]byte(sandbox.BotToken))
	sign := hmac.New(sha256.New, key.Sum(nil))
	sign.Write([]byte("auth_date=" + date + "\nuser=" + user)) // in the order of their names
	return url.Values{"auth_date": {date}, "user": {user}, "hash": {hex.EncodeToString(sign.Sum(nil))}}.Encode()
}
