package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// selectSheet reads the bookings of some opening days that take or took a slot, by start, and with fees the cancelled ones with a fee. A block
// belongs to every day that it overlaps; midnights are the bounds of the days. An expired hold takes no slot.
func selectSheet(ctx context.Context, q storage.Queryer, club ClubID, from, to Day, midnights Span, withFees bool) ([]Booking, error) {
	return selectBookings(ctx, q, `
		WHERE b.club_id = $1 AND b.id = ANY(ARRAY(
				SELECT id FROM booking WHERE club_id = $1 AND day BETWEEN $2 AND $3
				UNION SELECT booking_id FROM booking_slot WHERE net_id = ANY(ARRAY(SELECT id FROM net WHERE club_id = $1))
					AND occupied && tstzrange($4, $5, '[)') AND state IN ('held', 'confirmed', 'checked_in')))
			AND (b.state IN ('held', 'confirmed', 'checked_in', 'no_show') OR $6 AND b.state = 'cancelled' AND b.cancel_fee_minor > 0)
			AND (b.state <> 'held' OR b.expires_at > booking_clock())
			AND (b.day BETWEEN $2 AND $3 OR b.kind = 'block' AND s.starts < $5 AND s.ends > $4)
		ORDER BY s.starts, b.id`, club, from.date(), to.date(), midnights.Start, midnights.End, withFees)
}

// sheetHour is when a club's staff get the day sheet.
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

// selectStaffWithoutSheet reads the staff who have no notification of a day's sheet yet. A person who becomes staff at noon gets it at noon.
func selectStaffWithoutSheet(ctx context.Context, q storage.Queryer, club ClubID, day Day) ([]MemberID, error) {
	ids, err := collect(ctx, q, pgx.RowTo[MemberID], `
		SELECT m.member_id FROM club_member m WHERE m.club_id = $1 AND m.role IN ('staff', 'admin')
			AND NOT EXISTS (SELECT FROM notification n WHERE n.club_id = $1 AND n.member_id = m.member_id AND n.kind = 'day_sheet' AND n.day = $2) ORDER BY m.member_id`, club, day.date())
	if err != nil {
		return nil, fmt.Errorf("read staff without a sheet: %w", err)
	}
	return ids, nil
}
