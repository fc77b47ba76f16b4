package nets

import (
	"context"

	"pavilion/booking"
)

// open does a step and returns its screen; nil leaves the message as it is.
func (v *visit) open(ctx context.Context, s step) (screen, error) {
	switch s.Verb {
	case stepClubs:
		return calendar{v}.start(ctx)
	case stepMonth:
		return calendar{v}.showMonth(ctx, s)
	case stepFirstDays:
		return calendar{v}.showFirstDays(ctx, s)
	case stepDay, stepDayPart:
		return dayGrid{v}.showDay(ctx, s)
	case stepTakenTime:
		return takenTime{v}.showAlternatives(ctx, s)
	case stepSummary:
		if s.Booking != 0 {
			return move{v}.askMove(ctx, s)
		}
		return summary{v}.showSummary(ctx, s)
	case stepHold:
		return summary{v}.hold(ctx, s)
	case stepBooking:
		return bookingScreen{v}.showBooking(ctx, s.Booking)
	case stepConfirm:
		return bookingScreen{v}.confirmHold(ctx, s)
	case stepPay:
		return bookingScreen{v}.pay(ctx, s)
	case stepExtend:
		return bookingScreen{v}.extend(ctx, s)
	case stepGiveUpHold:
		return bookingScreen{v}.giveUpHold(ctx, s)
	case stepGuests:
		return bookingScreen{v}.setGuests(ctx, s)
	case stepCalendarFile:
		return nil, bookingScreen{v}.sendCalendarFile(ctx, s)
	case stepMap:
		return nil, bookingScreen{v}.sendMap(ctx, s)
	case stepMove:
		return move{v}.move(ctx, s)
	case stepMyBookings:
		return myBookings{v}.listBookings(ctx, s)
	case stepAskCancel:
		return cancellation{v}.askCancel(ctx, s)
	case stepCancel:
		return cancellation{v}.cancel(ctx, s)
	case stepCheckIn:
		return attendance{v}.checkIn(ctx, s)
	case stepCancelFree:
		return cancellation{v}.cancelFree(ctx, s)
	case stepNoShow:
		return attendance{v}.noShow(ctx, s)
	case stepUndoNoShow:
		return attendance{v}.undoNoShow(ctx, s)
	case stepJoinWaitlist:
		return waitlist{v}.join(ctx, s)
	case stepWaitlist:
		return waitlist{v}.listWaits(ctx)
	case stepLeaveWaitlist:
		return waitlist{v}.leave(ctx, s)
	case stepDaySheet:
		return daySheet{v}.showSheet(ctx, s)
	case stepPayAtDesk:
		return desk{v}.takeMoney(ctx, s)
	case stepAskRefund:
		return desk{v}.confirmRefund(ctx, s)
	case stepRefund, stepRefundPart:
		return desk{v}.refund(ctx, s)
	case stepTypeRefund:
		return desk{v}.typeRefund(ctx, s)
	case stepStranded:
		return strandedList{v}.show(ctx, s)
	case stepReviews:
		return reviewQueue{v}.showQueue(ctx, s)
	case stepReview:
		return reviewQueue{v}.showReview(ctx, s)
	case stepResolve:
		return reviewQueue{v}.resolve(ctx, s)
	case stepAskEndSeries:
		return series{v}.askEnd(ctx, s)
	case stepEndSeries:
		return series{v}.end(ctx, s)
	case stepMoveSeries:
		return series{v}.move(ctx, s)
	case stepAudit:
		return auditTrail{v}.ofBooking(ctx, s.Booking)
	case stepBlock:
		return blocking{v}.block(ctx, s)
	case stepSettings:
		return settings{v}.showSettings(ctx)
	case stepFirstChannel:
		return settings{v}.setFirstChannel(ctx, s)
	case stepQuietHours:
		return settings{v}.setQuietHours(ctx, s)
	case stepAddress:
		return addressSettings{v}.setAddress(ctx, s)
	case stepCode:
		return addressSettings{v}.confirmCode(ctx, s)
	case stepRemoveAddress:
		return addressSettings{v}.removeAddress(ctx, s)
	case stepBroadcasts:
		return settings{v}.setBroadcasts(ctx, s)
	case stepLanguages:
		return languageSettings{v}.showLanguages(), nil
	case stepChooseLanguage:
		return languageSettings{v}.choose(ctx, s)
	case stepNets:
		return netsMenu{v}.showNets(ctx, s.Club)
	case stepAskSheetHour:
		return sheetHour{v}.ask(ctx, s)
	case stepSetSheetHour:
		return sheetHour{v}.set(ctx, s)
	case stepHours:
		return hoursEditor{v}.week(ctx, s)
	case stepAskOpening, stepAskClosing:
		return hoursEditor{v}.askTime(ctx, s)
	case stepSetHours:
		return hoursEditor{v}.setHours(ctx, s, booking.TimesOfDay{From: s.Opens, To: int(s.Closes)})
	case stepSetClosed:
		return hoursEditor{v}.setHours(ctx, s)
	case stepTypeHours:
		return hoursEditor{v}.typeHours(ctx, s)
	case stepPrices:
		return priceEditor{v}.listPrices(ctx, s)
	case stepPrice:
		return priceEditor{v}.showPrice(ctx, s)
	case stepTogglePriceDay:
		return priceEditor{v}.toggleDay(ctx, s)
	case stepSetPriceNet:
		return priceEditor{v}.setNet(ctx, s)
	case stepTypePrice:
		return priceEditor{v}.typePrice(ctx, s)
	case stepRemovePrice:
		return priceEditor{v}.removePrice(ctx, s)
	case stepClosures:
		return closureEditor{v}.listClosures(ctx, s.Club)
	case stepClosureMonth:
		return closureEditor{v}.showClosureMonth(ctx, s)
	case stepClosureDay:
		return closureEditor{v}.day(ctx, s)
	case stepAddClosure:
		return closureEditor{v}.addWholeDay(ctx, s)
	case stepTypeClosure:
		return closureEditor{v}.typeClosure(ctx, s)
	case stepRemoveClosure:
		return closureEditor{v}.removeClosure(ctx, s)
	case stepTypeClosing:
		return closing{v}.typeHours(ctx, s)
	case stepPreviewClosing:
		return closing{v}.preview(ctx, s)
	case stepStartClosing:
		return closing{v}.start(ctx, s)
	case stepClosing:
		return closing{v}.show(ctx, s)
	case stepNet, stepTypeNet, stepSetUp, stepPickSetUp, stepMakeClub, stepDropSetUp:
		return v.openSetUp(ctx, s)
	}
	return nil, errStaleStep
}

// openSetUp opens the steps of nets and of the set-up of the first club.
func (v *visit) openSetUp(ctx context.Context, s step) (screen, error) {
	switch s.Verb {
	case stepNet:
		return netEditor{v}.showNet(ctx, s)
	case stepTypeNet:
		return netEditor{v}.typeNet(ctx, s)
	case stepSetUp:
		return setUp{v}.show(ctx, s)
	case stepPickSetUp:
		return setUp{v}.pick(ctx, s)
	case stepMakeClub:
		return setUp{v}.make(ctx)
	case stepDropSetUp:
		return setUp{v}.drop(ctx)
	default:
		return nil, errStaleStep
	}
}
