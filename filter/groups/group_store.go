package groups

import (
	"context"

	"pavilion/filter"
)

// groupRow is what one query reads about a group.
type groupRow struct {
	settings                []byte // nil: none are stored
	ownVersion, clubVersion int64  // of the filters; 0: there are none
}

func (g *Groups) selectGroup(ctx context.Context, chat filter.ChatID) (r groupRow, err error) {
	err = g.db.QueryRow(ctx, `SELECT (SELECT value FROM group_settings WHERE chat_id = $1),
		coalesce((SELECT version FROM filter_set WHERE chat_id = $1), 0), coalesce((SELECT version FROM filter_set WHERE chat_id = 0), 0)`, int64(chat)).
		Scan(&r.settings, &r.ownVersion, &r.clubVersion)
	return r, err
}
