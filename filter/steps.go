package filter

import (
	"slices"
	"sync"
)

// otherTitles limits the titles that are tried beside the one that was typed.
const otherTitles = 4

// steps returns the plans that a search without mistakes tries: titles, the terms as typed, other spellings of them, unfinished words. Each finds files of
// better ranks than the next one, so a pool that has enough matches is not asked for more.
func (v *Vocabulary) steps(in interpretation) []step {
	loose := step{plan: latePlan(v, in), good: rankBegins}
	if in.fragment {
		return []step{loose}
	}
	list := []step{{plan: fixedPlan(titlePlan(in.query)), good: rankSpelledTitle}}
	for _, p := range in.spelledTitles() {
		list = append(list, step{plan: fixedPlan(p), good: rankSpelledTitle})
	}
	spelled := in
	spelled.beginnings = nil
	list = append(list, step{plan: fixedPlan(exactPlan(in.terms)), good: rankPhrase}, step{plan: latePlan(v, spelled), good: rankSpelled})
	begun := sync.OnceValue(func() []plan { return v.begunTitles(in) })
	for i := range otherTitles {
		list = append(list, step{plan: func() plan {
			if titles := begun(); i < len(titles) {
				return titles[i]
			}
			return nil
		}, good: rankBeginsTitle})
	}
	return append(list, loose)
}

// spelledTitles returns plans for the titles that the query is in another spelling: rocky 4, Rocky IV.
func (in interpretation) spelledTitles() (plans []plan) {
	for _, r := range in.readings {
		if r.cost == costSpelled && len(r.words) > 0 && len(plans) < otherTitles {
			plans = append(plans, titlePlan(query{terms: slices.Concat(in.terms[:r.from], r.words, in.terms[r.to:])}))
		}
	}
	return plans
}

// begunTitles returns plans for the titles that the query is when its last term is finished, with the most frequent words.
func (v *Vocabulary) begunTitles(in interpretation) (plans []plan) {
	last := len(in.terms) - 1
	if len(in.beginning) < 2 || in.beginning != in.terms[last] {
		return nil
	}
	for _, w := range v.Prefixed(in.beginning, otherTitles+1) {
		if w.Text != in.terms[last] && len(plans) < otherTitles {
			plans = append(plans, titlePlan(query{terms: append(slices.Clone(in.terms[:last]), w.Text)}))
		}
	}
	return plans
}

// latePlan makes the plan of an interpretation at its first call.
func latePlan(v *Vocabulary, in interpretation) func() plan {
	return sync.OnceValue(func() plan {
		p, _ := v.plan(in)
		return p
	})
}

func fixedPlan(p plan) func() plan { return func() plan { return p } }

// planSteps returns steps that are all read, because none is known to be better than another.
func planSteps(plans ...plan) []step {
	steps := make([]step, len(plans))
	for i, p := range plans {
		steps[i] = step{plan: fixedPlan(p), good: rankTitle}
	}
	return steps
}

// narrowed adds the words of a selection to each plan.
func narrowed(steps []step, sel Selection) []step {
	steps = slices.Clone(steps)
	for i, s := range steps {
		steps[i].plan = func() plan {
			p := s.plan()
			if len(p) == 0 {
				return nil
			}
			for _, words := range sel.requiredTokens() {
				p = append(slices.Clip(p), clause{words})
			}
			return p
		}
	}
	return steps
}
