package rehearsal

import (
	"context"
	"time"

	"pavilion/sandbox"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

// renewAfter is the age at which a session is replaced. An access token is valid for ten minutes.
const renewAfter = 5 * time.Minute

// visitor is a signed-in person.
type visitor struct {
	*miniapp.Client

	base   string
	who    world.User
	signed time.Time
}

func openVisitor(ctx context.Context, base string, who world.User) (*visitor, error) {
	c, err := miniapp.Open(ctx, base, sandbox.BotToken, who)
	return &visitor{c, base, who, time.Now()}, err
}

// renew signs in again when the session is old. A refused sign-in is tried again before the next request.
func (v *visitor) renew(ctx context.Context) {
	if time.Since(v.signed) < renewAfter {
		return
	}
	if fresh, err := openVisitor(ctx, v.base, v.who); err == nil {
		v.Close()
		*v = *fresh
	}
}
