package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// sheetHour is when a club's staff get the sheet of the day.
type sheetHour struct {
	club   ClubID
	zone   *time.Location
	minute int
}

func selectSheetHours(ctx context.Context, q storage.Queryer) ([]sheetHour, error) {
	list, err := collect(ctx, q, func(row pgx.CollectableRow) (h sheetHour, err error) {
		var zone string
		if err := row.Scan(&h.club, &zone, &h.minute); err != nil {
			return h, err
		}
		h.zone, err = time.LoadLocation(zone)
		return h, err
	}, `SELECT id, time_zone, day_sheet_minute FROM club WHERE day_sheet_minute IS NOT NULL ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read sheet hours: %w", err)
	}
	return list, nil
}

// selectStaffWithoutSheet are the staff who were not announced the sheet of a day. Somebody who joins them at noon gets it at noon.
func selectStaffWithoutSheet(ctx context.Context, q storage.Queryer, club ClubID, day Day) ([]MemberID, error) {
	ids, err := collect(ctx, q, pgx.RowTo[MemberID], `
		SELECT m.member_id FROM club_member m WHERE m.club_id = $1 AND m.role IN ('staff', 'admin')
			AND NOT EXISTS (SELECT FROM notification n WHERE n.club_id = $1 AND n.member_id = m.member_id AND n.kind = 'day_sheet' AND n.day = $2) ORDER BY m.member_id`, club, day.date())
	if err != nil {
		return nil, fmt.Errorf("read staff without a sheet: %w", err)
	}
	return ids, nil
}
