package nets

import "pavilion/booking"

func questionGoldens() []goldenScreen {
	return []goldenScreen{
		{"guests", []verb{stepGuests}, question{text: askGuests}},
		{"quiet hours", []verb{stepQuietHours}, question{text: askQuietHours}},
		{"e-mail address", []verb{stepAddress}, question{text: askAddress(booking.ByEmail)}},
		{"phone number", []verb{stepAddress}, question{text: askAddress(booking.BySMS)}},
		{"code", []verb{stepAddress, stepCode}, question{text: askCode("arjun@example.org")}},
		{"hours of a weekday", []verb{stepTypeHours}, question{text: askHours(1)}},
		{"hours of every day", []verb{stepTypeHours}, question{text: askHours(everyWeekday)}},
		{"new price", []verb{stepTypePrice}, question{text: askPrice(typeNewPrice)}},
		{"amounts of a price", []verb{stepTypePrice}, question{text: askPrice(typeRates)}},
		{"times of a price", []verb{stepTypePrice}, question{text: askPrice(typeTimes)}},
		{"hours and reason of a closure", []verb{stepTypeClosure}, question{text: askClosure(juneDay(13))}},
		{"a part of a payment", []verb{stepTypeRefund}, question{text: askRefundPart(rupees(400))}},
		{"the reason of a decision", []verb{stepNoShow, stepUndoNoShow, stepCancelFree, stepEndSeries, stepMoveSeries}, askReason(step{Verb: stepNoShow, Booking: 12})},
		{"reason of a closing", []verb{stepStartClosing}, askClosingReason(step{Verb: stepStartClosing, Club: 1, Minute: unixMinute(june(13, 14, 0)), Length: 240, Conflict: 77})},
		{"hours of a closing", []verb{stepTypeClosing}, question{text: askClosing(juneDay(13))}},
		{"day of a closure", []verb{stepTypeClosure}, question{text: askClosure(0)}},
	}
}
