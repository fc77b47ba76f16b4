package nets

import (
	"fmt"
	"time"

	"pavilion/booking"
)

func dayGoldens() []golden {
	today := step{Verb: stepDay, Club: 1, Day: juneDay(5)}
	tomorrow := step{Verb: stepDay, Club: 1, Day: juneDay(6)}
	nets := exampleNets()[:2]
	mixed := func(row, net int) booking.Start {
		switch {
		case row == 0:
			return booking.Start{Status: booking.Over}
		case row == 1 && net == 0:
			return booking.Start{Status: booking.ShortTerm}
		case row == 2 && net == 0:
			return takenStart()
		case row == 2:
			return booking.Start{Status: booking.OnHold}
		case row == 3 && net == 1:
			return booking.Start{Status: booking.Shut}
		}
		return freeStart(time.Hour)
	}
	long := func(row, _ int) booking.Start {
		return booking.Start{Status: booking.Free, Price: rupees(900), Longest: time.Duration(2-row) * time.Hour}
	}
	free := func(int, int) booking.Start { return freeStart(time.Hour) }
	full := func(int, int) booking.Start { return takenStart() }
	taken := startsOf(6, nets, func(row, net int) booking.Start {
		if net == 0 && row == 1 {
			return takenStart()
		}
		return freeStart(time.Hour)
	}, halfHours(6, 17, 4)...)
	evening := step{Verb: stepTakenTime, Club: 1, Net: 1, Minute: unixMinute(june(6, 17, 30)), Length: 30}
	var manyNets []booking.Net
	for i := range 6 {
		manyNets = append(manyNets, booking.Net{ID: booking.NetID(i + 1), Name: fmt.Sprintf("Net %d", i+1), Active: true})
	}
	paged := func(page int) step {
		s := tomorrow
		s.Page = page
		return s
	}
	return []golden{
		{
			"today: over, too soon, taken, on hold, closed and free",
			[]verb{stepDay, stepGiveUpHold},
			dayView{startsOf(5, nets, mixed, halfHours(5, 9, 5)...), today},
		},
		{"many times and nets, first page", []verb{stepDay}, dayView{startsOf(6, manyNets, free, halfHours(6, 6, 15)...), tomorrow}},
		{"many times and nets, last page", []verb{stepDay}, dayView{startsOf(6, manyNets, free, halfHours(6, 6, 15)...), paged(99)}},
		{"a full day", []verb{stepDay}, dayView{startsOf(6, nets, full, halfHours(6, 18, 2)...), tomorrow}},
		{"a closed day", []verb{stepDay}, dayView{startsOf(6, nets, full), tomorrow}},
		{
			"a day to move a booking of 90 minutes to",
			[]verb{stepDay},
			dayView{changed(startsOf(6, nets, long, halfHours(6, 18, 2)...), func(f *booking.Starts) { f.Length = 90 * time.Minute }), changed(tomorrow, func(s *step) { s.Booking = 12 })},
		},
		{"a taken time", []verb{stepTakenTime}, takenView{found: taken, step: evening}},
		{"a taken time, for staff", []verb{stepTakenTime}, takenView{found: taken, step: evening, staff: true}},
		{"a taken time with nothing free nearby", []verb{stepTakenTime}, takenView{found: startsOf(6, nets, full), step: evening}},
		{"a taken time to move a booking to", []verb{stepTakenTime}, takenView{found: taken, step: changed(evening, func(s *step) { s.Booking = 12 }), staff: true}},
		{"a lost race for a time", []verb{stepHold}, takenView{found: taken, step: evening, lost: true}},
	}
}
