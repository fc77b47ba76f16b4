package booking

import "pavilion/internal/phrase"

// RefundSentences say what goes back of a cancelled booking, how and when: one for each of its payments, or that nothing does.
func (b Booking) RefundSentences(in *phrase.Speaker, payments []Payment) (sentences []string) {
	kept := b.CancelFee != nil && b.CancelFee.Minor > 0
	paid := false
	for _, p := range payments {
		switch {
		case !p.State.received():
			continue
		case p.Refund > 0:
			sentences = append(sentences, in.Say("back."+p.refundWay(), Money{p.Refund, p.Received.Currency}.say(in)))
		case p.State == InReview || !kept: // without a fee, because the gateway refused the refund
			sentences = append(sentences, in.Say("back.review", p.Received.say(in)))
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

// refundWay names the way in which the refund of a payment reaches its payer.
func (p Payment) refundWay() string {
	switch p.Provider {
	case Stripe, Razorpay, Sandbox:
		return string(p.Provider)
	case Stars:
		if p.Refund == p.Received.Minor { // Telegram returns whole charges only
			return string(Stars)
		}
	case Desk, Telegram:
	}
	return "by_hand"
}

func (m Money) say(in *phrase.Speaker) string { return in.Money(m.Minor, m.Currency) }
