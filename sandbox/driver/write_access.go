package driver

import (
	"context"
	"fmt"
)

// AllowWrites lets a bot write to this person.
func (u *User) AllowWrites(ctx context.Context, bot string) error {
	user, err := u.InputUser(ctx, bot)
	if err != nil {
		return err
	}
	if _, err := u.API.BotsAllowSendMessage(ctx, user); err != nil {
		return fmt.Errorf("let @%s write: %w", bot, err)
	}
	return nil
}

// LetsWrite reports whether a bot may write to this person.
func (u *User) LetsWrite(ctx context.Context, bot string) (bool, error) {
	user, err := u.InputUser(ctx, bot)
	if err != nil {
		return false, err
	}
	may, err := u.API.BotsCanSendMessage(ctx, user)
	if err != nil {
		return false, fmt.Errorf("ask whether @%s may write: %w", bot, err)
	}
	return may, nil
}
