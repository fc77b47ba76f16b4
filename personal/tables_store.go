package personal

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/fault"
)

// treatment is what erasure does to the rows of a person.
type treatment int

const (
	remove    treatment = iota // the rows are deleted
	rename                     // a random negative number takes the person's place
	leave                      // the person leaves a list of people
	blankOnly                  // the assignments of blank alone
	keep                       // see the comment of the table
)

// table is a column of Postgres that holds people, and what else of its rows is personal.
type table struct {
	name, column string
	erasure      treatment
	where        string // a condition by which an index finds the rows of the person $1; "column = $1" if empty
	exported     bool   // the phrase personal.about.NAME says what the rows are
	hidden       string // columns that an export leaves out, apart by commas
	blank        string // assignments that rename adds
	unless       string // rows that remove keeps
}

// condition finds the rows of the person $1. It names the table t.
func (t table) condition() string { return cmp.Or(t.where, "t."+t.column+" = $1") }

// inAnyClub finds the rows of a person in a table whose index begins with the club. Clubs are few.
const inAnyClub = `club_id = ANY (ARRAY(SELECT id FROM club)) AND member_id = $1`

// eventPayer finds the member whom a gateway's event is about, by the payment that it names.
const eventPayer = `(SELECT p.member_id FROM payment p WHERE p.provider = t.provider
	AND (p.reference = t.reference OR p.checkout = nullif(t.checkout, '') OR p.charge = nullif(t.charge, '')) LIMIT 1)`

// tables lists the columns in the order of their erasure: rows that refer to others come first.
func tables() []table {
	return []table{
		// Booking. Rows of money and of decisions stay, without the person.
		{name: "notification_failure", column: "notification_id", erasure: remove, where: "notification_id IN (SELECT id FROM notification WHERE " + inAnyClub + ")"},
		{name: "notification", column: "member_id", erasure: remove, where: inAnyClub, exported: true},
		{name: "waitlist", column: "member_id", erasure: rename, where: inAnyClub, exported: true},
		{name: "calendar_feed", column: "member_id", erasure: remove, exported: true, hidden: "token_hash, incarnation"},
		{name: "bot_screen", column: "chat_id", erasure: remove},
		{name: "booking", column: "member_id", erasure: rename, exported: true, blank: "note = '', guests = '{}'"},
		{name: "booking_series", column: "member_id", erasure: rename, exported: true},
		{name: "payment_event", column: "body", erasure: blankOnly, where: "body IS NOT NULL AND " + eventPayer + " = $1", blank: "body = NULL"}, // before payment: most gateways name no payer
		{name: "payment_event", column: "payer_id", erasure: rename, where: "payer_id = $1 AND payer_id > 0", blank: "body = NULL"},
		{name: "payment", column: "member_id", erasure: rename, exported: true, hidden: "url, return_url, invoice_link", blank: "url = '', return_url = '', invoice_link = ''"},
		{name: "payment", column: "payer_id", erasure: rename},
		{name: "payment", column: "accepted_by", erasure: rename},
		{name: "payment_review", column: "closed_by", erasure: rename},
		{name: "refund", column: "actor_id", erasure: rename},
		{name: "closure_run", column: "actor_id", erasure: rename},
		{name: "audit", column: "actor_id", erasure: keep, exported: true}, // by eraseAudit
		{name: "club_member", column: "member_id", erasure: remove, exported: true},
		{name: "contact_code", column: "member_id", erasure: remove},
		{name: "contact_address", column: "member_id", erasure: remove, exported: true, hidden: "code_hash, code_until, code_tries"},
		{name: "contact", column: "member_id", erasure: remove, exported: true},
		{name: "idempotency_key", column: "principal", erasure: remove, where: "principal = 'member:' || $1::bigint"},

		// Sessions. Their tokens go with them.
		{name: "session_reopening", column: "member_id", erasure: remove, exported: true, hidden: "code_hash, client_hash"},
		{name: "session", column: "member_id", erasure: remove, exported: true, hidden: "client_hash, incarnation"},

		// The archive: who may get what.
		{name: "quota_delivered", column: "person", erasure: remove, exported: true},
		{name: "quota_reservation", column: "person", erasure: remove},
		{name: "quota_day", column: "person", erasure: remove, exported: true},
		{name: "join_wait", column: "person", erasure: remove},
		{name: "join_request", column: "person", erasure: remove, exported: true},
		{name: "entitlement", column: "person", erasure: rename, exported: true},
		{name: "entitlement", column: "given_by", erasure: rename},
		{name: "premium_payment", column: "payer", erasure: rename, exported: true},
		{name: "premium_payment", column: "refunded_by", erasure: rename},
		{name: "premium_purchase", column: "buyer", erasure: rename, exported: true, hidden: "link", blank: "link = '', receiver = CASE receiver WHEN $1 THEN $2 ELSE receiver END"}, // one UPDATE: a CHECK wants both equal for subscriptions
		{name: "premium_purchase", column: "receiver", erasure: rename},
		// A ban stays: else erasure would lift it.
		{name: "ban", column: "person", erasure: keep, exported: true, hidden: "banned_by"},
		{name: "ban", column: "banned_by", erasure: rename},

		// The archive: how it reached them. Files that a job still has to delete keep its row until then, 47 hours at most.
		{name: "delivery_kept_tap", column: "person", erasure: remove, exported: true},
		{name: "delivery_link_person", column: "person", erasure: remove},
		{name: "delivery_link", column: "created_by", erasure: rename, exported: true, hidden: "origin", blank: "origin = 'erased ' || id"}, // the origin names the chat,
		{name: "delivery_deletion", column: "chat", erasure: keep},
		{name: "delivery_job", column: "person", erasure: remove, exported: true, unless: "EXISTS (SELECT FROM delivery_deletion d WHERE d.job = t.id)"},
		{name: "delivery_job", column: "chat", erasure: keep},
		// Messages that a broadcast still has to delete keep their row until the broadcast's sweep, two days after its end.
		{name: "broadcast_delivery", column: "person", erasure: remove, unless: "t.delete_at IS NOT NULL"},
		{name: "broadcast_opt_out", column: "person", erasure: remove, exported: true},
		{name: "broadcast_list", column: "people", erasure: leave},
		{name: "broadcast_list", column: "owner", erasure: remove, exported: true, hidden: "people"},
		{name: "broadcast", column: "author", erasure: rename, exported: true, hidden: "reached, gone, failed"},
		{name: "admin_deletion", column: "made_by", erasure: rename, exported: true},
		{name: "setting", column: "changed_by", erasure: rename},
		{name: "group_settings", column: "changed_by", erasure: rename},
		{name: "manual_filter", column: "changed_by", erasure: rename},
		{name: "group_connection", column: "person_id", erasure: remove, exported: true},

		// The chat.
		{name: "bot_inbox", column: "chat_id", erasure: remove},
		{name: "bot_draft", column: "chat_id", erasure: remove, exported: true},
		{name: "bot_question", column: "chat_id", erasure: remove},
		{name: "bot_language", column: "person", erasure: remove, exported: true},
		{name: "erasure", column: "person", erasure: keep}, // by finishErasure
		{name: "bot_access_hash", column: "peer_id", erasure: remove, where: "kind = 'user' AND peer_id = $1"},
	}
}

// selectRows reads the rows of a person as JSON.
func selectRows(ctx context.Context, tx pgx.Tx, t table, person int64) ([]json.RawMessage, error) {
	rows, err := tx.Query(ctx, `SELECT to_jsonb(t) - regexp_split_to_array($2, ',\s*') FROM `+pgx.Identifier{t.name}.Sanitize()+` t WHERE `+t.condition(), person, t.hidden)
	if err != nil {
		return nil, fmt.Errorf("export %s: %w", t.name, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[json.RawMessage])
	if err != nil {
		return nil, fmt.Errorf("export %s: %w", t.name, err)
	}
	return found, nil
}

// erase treats the rows of a person.
func erase(ctx context.Context, tx pgx.Tx, t table, person, pseudonym int64) error {
	name := pgx.Identifier{t.name}.Sanitize()
	var err error
	switch t.erasure {
	case remove:
		statement := `DELETE FROM ` + name + ` t WHERE ` + t.condition()
		if t.unless != "" {
			statement += ` AND NOT ` + t.unless
		}
		_, err = tx.Exec(ctx, statement, person)
	case rename:
		set := t.column + ` = $2`
		if t.blank != "" {
			set += `, ` + t.blank
		}
		_, err = tx.Exec(ctx, `UPDATE `+name+` t SET `+set+` WHERE `+t.condition(), person, pseudonym)
	case blankOnly:
		_, err = tx.Exec(ctx, `UPDATE `+name+` t SET `+t.blank+` WHERE `+t.condition(), person)
	case leave:
		_, err = tx.Exec(ctx, `UPDATE `+name+` SET `+t.column+` = array_remove(`+t.column+`, $1) WHERE $1 = ANY(`+t.column+`)`, person)
	case keep:
	}
	if err != nil {
		return fmt.Errorf("erase %s: %w", t.name, err)
	}
	return nil
}

// eraseAudit replaces a person in the audit: the actor of a line, and the member whose role a line changes. It also blanks the reasons of decisions about the
// person's bookings, which may name them. Other details hold ids, times and amounts.
func eraseAudit(ctx context.Context, tx pgx.Tx, person, pseudonym int64) error {
	if _, err := tx.Exec(ctx, `SELECT set_config('pavilion.erasing', 'on', true)`); err != nil {
		return fmt.Errorf("erase audit: %w", err)
	}
	_, err := tx.Exec(ctx, `
		UPDATE audit SET
			actor_id = CASE actor_id WHEN $1 THEN $2 ELSE actor_id END,
			detail = CASE detail ->> 'member' WHEN $1::bigint::text THEN jsonb_set(detail, '{member}', to_jsonb($2::bigint)) ELSE detail END,
			reason = CASE WHEN booking_id = ANY (ARRAY(SELECT id FROM booking WHERE member_id = $1)) THEN '' ELSE reason END
		WHERE actor_id = $1 OR booking_id = ANY (ARRAY(SELECT id FROM booking WHERE member_id = $1)) OR detail ? 'member' AND detail ->> 'member' = $1::bigint::text`, person, pseudonym)
	if err != nil {
		return fmt.Errorf("erase audit: %w", err)
	}
	return nil
}

// lockPerson locks a person against new bookings and purchases until the transaction ends. It takes the keys that booking and premium take before a change
// of the person.
func lockPerson(ctx context.Context, tx pgx.Tx, person int64) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('pavilion booking member ' || $1::bigint::text, 0)), pg_advisory_xact_lock(hashtextextended('premium', $1))`, person)
	if err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	return nil
}

// findObstacles locks a person, and returns what has to be settled before erasure.
func findObstacles(ctx context.Context, tx pgx.Tx, person int64) (found []error, err error) {
	if err := lockPerson(ctx, tx, person); err != nil {
		return nil, err
	}
	for _, o := range []struct {
		sql string
		err error
	}{
		{`SELECT EXISTS (SELECT FROM booking b JOIN booking_slot s ON s.booking_id = b.id
			WHERE b.member_id = $1 AND b.state IN ('held', 'confirmed', 'checked_in') AND upper(s.during) > booking_clock())
			OR EXISTS (SELECT FROM waitlist WHERE ` + inAnyClub + ` AND state IN ('waiting', 'offered'))`, ErrUpcoming},
		{`SELECT EXISTS (SELECT FROM payment WHERE member_id = $1 AND state IN ('authorized', 'review', 'refund_pending'))
			OR EXISTS (SELECT FROM payment p JOIN payment_review r ON r.payment_id = p.id WHERE p.member_id = $1 AND r.closed_at IS NULL)
			OR EXISTS (SELECT FROM payment p JOIN refund r ON r.payment_id = p.id WHERE p.member_id = $1 AND r.state = 'pending')
			OR EXISTS (SELECT FROM closure_run_booking r JOIN booking b ON b.id = r.booking_id WHERE b.member_id = $1 AND r.outcome IS NULL)
			OR EXISTS (SELECT FROM premium_payment WHERE payer = $1 AND refund = 'due')`, ErrMoneyOpen},
		{`SELECT EXISTS (SELECT FROM entitlement e WHERE e.person = $1 AND e.renews AND e.ended_at IS NULL AND e.until_at > clock_timestamp()
			AND NOT EXISTS (SELECT FROM premium_payment p JOIN premium_purchase u ON u.reference = p.reference WHERE p.charge_id = e.charge_id AND u.canceled_at IS NOT NULL))`, ErrSubscription},
		{`SELECT EXISTS (SELECT FROM delivery_job WHERE person = $1 AND state IN ('new', 'running'))`, ErrDelivery},
	} {
		var stands bool
		if err := tx.QueryRow(ctx, o.sql, person).Scan(&stands); err != nil {
			return nil, fmt.Errorf("erase, %s: %w", fault.CodeOf(o.err), err)
		}
		if stands {
			found = append(found, o.err)
		}
	}
	return found, nil
}
