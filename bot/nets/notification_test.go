package nets

import "pavilion/booking"

// notificationGoldens are the messages that booking begins. A notification's text is booking's.
func notificationGoldens() []goldenScreen {
	list := []goldenScreen{
		{"a notification of a booking", nil, notificationView{booking.Message{Text: "(the text)", Notification: booking.Notification{Booking: 12}}}},
		{"a day sheet", nil, notificationView{booking.Message{Text: "(the text)", Notification: booking.Notification{Club: 1, Day: juneDay(6)}}}},
	}
	for _, reason := range []booking.ReviewReason{
		booking.ReviewAmount, booking.ReviewPrice, booking.ReviewPayer, booking.ReviewMismatch, booking.ReviewUnknown, booking.ReviewRefunded,
		booking.ReviewRefundRefused, booking.ReviewRefundByHand, booking.ReviewDifference,
	} {
		list = append(list, goldenScreen{"review: " + string(reason), nil, alertView{booking.Review{ID: 3, Reason: reason}}})
	}
	return list
}
