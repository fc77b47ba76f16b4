package nets

// verb is the action of a step. Messages that are already sent carry its letter, so a letter keeps its meaning for ever.
type verb byte

// The verbs of booking. The verbs up to stepSummary change nothing.
const (
	stepClubs         verb = 'l'
	stepFirstDays     verb = '*' // today, tomorrow and the weekend
	stepMonth         verb = 'm' // the calendar
	stepDay           verb = 'd' // a day, in the person's usual part; Page is ignored
	stepDayPart       verb = '/' // times and nets of a part of a day; Choice: the part
	stepTakenTime     verb = 'x' // free times near one that is taken
	stepSummary       verb = 't' // length, add-ons and price before a hold or a move
	stepHold          verb = 'h'
	stepBooking       verb = 'v' // a booking as it is now
	stepConfirm       verb = 'k'
	stepPay           verb = 'y' // Choice: the provider
	stepExtend        verb = 'e'
	stepGiveUpHold    verb = 'g'
	stepCalendarFile  verb = 'f'
	stepMap           verb = 'o'
	stepMove          verb = 'r'
	stepMyBookings    verb = 'i'
	stepAskCancel     verb = 'c'
	stepCancel        verb = 'z'
	stepCheckIn       verb = 'q'
	stepGuests        verb = '1' // typed
	stepJoinWaitlist  verb = 'w'
	stepWaitlist      verb = 'u'
	stepLeaveWaitlist verb = 'j'
)

// The verbs of the club's staff.
const (
	stepDaySheet  verb = 'a'
	stepNoShow    verb = 'n'
	stepPayAtDesk verb = 's' // Choice: cash or card
	stepAskRefund verb = 'p' // Choice: the payment
	stepRefund    verb = 'R' // Choice: the payment
	stepAudit     verb = 'A'
	stepBlock     verb = 'B'

	stepUndoNoShow   verb = '!'
	stepCancelFree   verb = '&' // without the fee
	stepTypeRefund   verb = '$' // Choice: the payment
	stepRefundPart   verb = '%' // Choice: the payment
	stepStranded     verb = '?' // bookings outside the hours or on retired nets
	stepAskEndSeries verb = '[' // Choice: seriesFromHere or seriesAll
	stepEndSeries    verb = ']' // as above
	stepMoveSeries   verb = '>' // Choice: as above, or seriesFromHereOthers or seriesAllOthers
	stepReviews      verb = '8' // payments to decide about
	stepReview       verb = '9' // one of them
	stepResolve      verb = '^' // Choice: the decision
)

// The verbs of a person's settings. Choice is the channel.
const (
	stepSettings       verb = 'T'
	stepFirstChannel   verb = 'F'
	stepAddress        verb = 'E' // typed
	stepCode           verb = 'C' // typed
	stepRemoveAddress  verb = 'D'
	stepQuietHours     verb = 'Q' // also typed
	stepLanguages      verb = '2' // the languages to choose from
	stepChooseLanguage verb = '3'
	stepBroadcasts     verb = '~' // Choice: broadcastsOff or broadcastsOn
)

// The verbs of the club's admins.
const (
	stepNets           verb = 'N'
	stepHours          verb = 'H' // of one net, or of all
	stepAskOpening     verb = 'O'
	stepAskClosing     verb = 'P'
	stepSetHours       verb = 'L'
	stepSetClosed      verb = 'S'
	stepTypeHours      verb = 'Y'
	stepPrices         verb = 'V'
	stepPrice          verb = 'W'
	stepTogglePriceDay verb = 'X'
	stepSetPriceNet    verb = 'M'
	stepTypePrice      verb = 'Z' // Choice: which part of the price is typed
	stepRemovePrice    verb = 'U'
	stepClosures       verb = 'K'
	stepClosureMonth   verb = 'J' // the calendar, for a closure
	stepClosureDay     verb = 'I'
	stepAddClosure     verb = 'G' // Choice: the repetition
	stepTypeClosure    verb = 'b'
	stepRemoveClosure  verb = '0'
	stepTypeClosing    verb = '_' // the hours of a closing that refunds
	stepPreviewClosing verb = '<'
	stepStartClosing   verb = '}'
	stepClosing        verb = '{' // how far one is
	stepAskSheetHour   verb = '@'
	stepSetSheetHour   verb = '='
)

// The verbs of nets and of the set-up of the first club. Choice is the question.
const (
	stepNet       verb = '#'
	stepTypeNet   verb = '4' // Net 0: new nets
	stepSetUp     verb = '+' // also typed
	stepPickSetUp verb = '5'
	stepMakeClub  verb = '6'
	stepDropSetUp verb = '7'
)

// fields are the step's fields that a button of the verb carries, one letter each, in their order in the payload; false for a verb that does
// not exist. The letters, which the payload does not have: c Club, n Net, d Day, s Minute, l Length, a AddOns, b Booking, p Page, o Choice,
// w Wait, y Weekday, h Opens, i Closes, r Rule, x Closure, z Run, g Refunded, k Conflict, q Quiet, t Language, m Amount, v Version, u Value,
// e Review.
func (v verb) fields() (letters string, known bool) {
	switch v {
	case stepClubs, stepWaitlist, stepSettings, stepLanguages, stepMakeClub, stepDropSetUp:
		return "", true
	case stepMyBookings:
		return "p", true
	case stepPickSetUp:
		return "ou", true
	case stepFirstChannel, stepAddress, stepCode, stepRemoveAddress, stepSetUp, stepBroadcasts:
		return "o", true
	case stepQuietHours:
		return "q", true
	case stepChooseLanguage:
		return "t", true
	case stepNets, stepClosures, stepFirstDays:
		return "c", true
	case stepHours, stepNet, stepTypeNet:
		return "cn", true
	case stepAskOpening, stepSetClosed, stepTypeHours:
		return "cny", true
	case stepAskClosing:
		return "cnyh", true
	case stepSetHours:
		return "cnyhi", true
	case stepPrice, stepRemovePrice:
		return "cr", true
	case stepRemoveClosure:
		return "cx", true
	case stepTogglePriceDay:
		return "cyr", true
	case stepTypePrice:
		return "cor", true
	case stepSetPriceNet:
		return "cnr", true
	case stepClosureMonth, stepPrices:
		return "cp", true
	case stepPreviewClosing:
		return "cslu", true
	case stepStartClosing:
		return "csluk", true
	case stepClosing:
		return "cz", true
	case stepClosureDay, stepTypeClosure, stepTypeClosing:
		return "cnd", true
	case stepAddClosure:
		return "cndo", true
	case stepMonth:
		return "cpb", true
	case stepDay:
		return "cdpb", true
	case stepDayPart:
		return "cdopb", true
	case stepTakenTime:
		return "cnsb", true
	case stepSummary:
		return "cnslab", true
	case stepHold:
		return "cnsla", true
	case stepMove:
		return "cnslbv", true
	case stepPayAtDesk, stepEndSeries:
		return "bov", true
	case stepPay, stepAskRefund:
		return "bo", true
	case stepRefund, stepTypeRefund:
		return "bog", true
	case stepRefundPart:
		return "bogm", true
	case stepAskEndSeries:
		return "bo", true
	case stepMoveSeries:
		return "cnslbov", true
	case stepStranded, stepReviews:
		return "cp", true
	case stepReview:
		return "ce", true
	case stepResolve:
		return "ceo", true
	case stepAskSheetHour:
		return "c", true
	case stepSetSheetHour:
		return "ch", true
	case stepJoinWaitlist:
		return "cnsl", true
	case stepBlock:
		return "cnslk", true
	case stepLeaveWaitlist:
		return "w", true
	case stepDaySheet:
		return "cdp", true
	case stepConfirm, stepCancel, stepCancelFree, stepGuests:
		return "bv", true
	case stepBooking, stepExtend, stepGiveUpHold, stepCalendarFile, stepMap, stepAskCancel, stepCheckIn, stepNoShow, stepAudit, stepUndoNoShow:
		return "b", true
	}
	return "", false
}
