package delivery

import (
	"testing"

	"pavilion/bot/telegram"
	"pavilion/filter/delivery"
)

func TestBegin_PriorityLeavesPlacesToOthers(t *testing.T) {
	t.Parallel()
	s := New(Deps{Client: &telegram.Client{}})
	begun := map[bool]int{}
	for id := range delivery.JobID(2 * jobsAtOnce) {
		if s.begin(delivery.LiveJob{ID: id, Priority: true}) {
			begun[true]++
		}
	}
	for id := range delivery.JobID(jobsAtOnce) {
		if s.begin(delivery.LiveJob{ID: 1000 + id}) {
			begun[false]++
		}
	}
	if begun[true] != mostWithPriority || begun[false] != jobsAtOnce-mostWithPriority {
		t.Errorf("%d with priority and %d without run at once", begun[true], begun[false])
	}
	s.end(1000)
	if s.begin(delivery.LiveJob{ID: 9000, Priority: true}) || !s.begin(delivery.LiveJob{ID: 1000}) {
		t.Error("priority takes the place of somebody without it")
	}
	if s.begin(delivery.LiveJob{ID: 1000}) {
		t.Error("a delivery runs twice")
	}
}
