package booking

import "pavilion/internal/phrase"

// RefundSentences returns one sentence for each payment of a cancelled booking: the refund, how it reaches the payer and when. Without a refund it
// returns one sentence that says so.
func (b Booking) RefundSentences(in *phrase.Speaker, payments []Payment) (sentences []string) {
	kept := b.CancelFee != nil && b.CancelFee.Minor > 0
	paid := false
	for _, p := range payments {
		switch {
		case !p.State.received():
			continue
		case p.Refund > 0:
			sentences = append(sentences, in.Say("back."+p.refundWay(), Money{p.Refund, p.Received.Currency}.say(in)))
		case p.waitsForStaff(kept):
			sentences = append(sentences, p.reviewSentence(in))
		}
		paid = true
	}
	switch {
	case !paid:
		return []string{in.Say("back.unpaid")}
	case len(sentences) == 0:
		return []string{in.Say("back.none")}
	case kept:
		return append(sentences, in.Say("back.fee", b.CancelFee.say(in)))
	}
	return sentences
}

// waitsForStaff reports whether staff decide about money of a cancelled booking: it is under review, or the gateway refused its refund. If the club keeps a
// fee, money without a refund may be the fee.
func (p Payment) waitsForStaff(fee bool) bool { return p.State == InReview || !fee && holdsMoney(p) }

func (p Payment) reviewSentence(in *phrase.Speaker) string {
	return in.Say("back.review", p.refundable().say(in))
}

// refundWay returns the key under "back" of the sentence about a refund.
func (p Payment) refundWay() string {
	switch p.Provider {
	case Stripe, Razorpay, Sandbox:
		return string(p.Provider)
	case Stars:
		if p.Refund == p.Received.Minor { // Telegram refunds whole charges only
			return string(Stars)
		}
	case Desk, Telegram:
	}
	return "by_hand"
}

func (m Money) say(in *phrase.Speaker) string { return in.Money(m.Minor, m.Currency) }
