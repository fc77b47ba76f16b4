package delivery_test

import (
	"errors"
	"fmt"
	"testing"

	"pavilion/filter/delivery"
)

func TestKeptTaps_BelongToTheirPersonForADay(t *testing.T) {
	t.Parallel()
	db, ann, ben := database(t), person(), person()
	taps, origin := delivery.NewKeptTaps(db), fmt.Sprint("tap of ", ann)
	id, err := taps.Keep(t.Context(), origin, ann, []byte(`{"MessageID": 3}`))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := taps.Keep(t.Context(), origin, ann, []byte(`{"MessageID": 3}`)); err != nil || again != id {
		t.Errorf("the same tap again: %d, %v", again, err)
	}
	for range 2 { // a process may die before it has handled the tap
		if event, err := taps.Find(t.Context(), id, ann); err != nil || string(event) != `{"MessageID": 3}` {
			t.Errorf("%s, %v", event, err)
		}
	}
	if _, err := taps.Find(t.Context(), id, ben); !errors.Is(err, delivery.ErrForgotten) {
		t.Errorf("another person's: %v", err)
	}
	if _, err := db.Exec(t.Context(), `UPDATE delivery_kept_tap SET kept_at = now() - interval '25 hours' WHERE id = $1`, id); err != nil {
		t.Fatal(err)
	}
	if _, err := taps.Find(t.Context(), id, ann); !errors.Is(err, delivery.ErrForgotten) {
		t.Errorf("a day later: %v", err)
	}
	if err := taps.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := db.QueryRow(t.Context(), `SELECT count(*) FROM delivery_kept_tap WHERE id = $1`, id).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d are left, %v", left, err)
	}
}
