package filter

import "slices"

// otherTitles limits the titles that are tried beside the one that was typed.
const otherTitles = 4

// steps returns the plans that a search without mistakes tries: titles, the terms as typed, other spellings of them, unfinished words. Each finds files of
// better ranks than the next one, so a pool that has enough matches is not asked for more.
func (v *Vocabulary) steps(in interpretation) []step {
	all, _ := v.plan(in)
	loose := step{all, rankBegins}
	if in.fragment {
		return []step{loose}
	}
	list := []step{{titlePlan(in.query), rankSpelledTitle}}
	for _, p := range in.spelledTitles() {
		list = append(list, step{p, rankSpelledTitle})
	}
	finished := in
	finished.beginnings = nil
	spelled, _ := v.plan(finished)
	list = append(list, step{exactPlan(in.terms), rankPhrase}, step{spelled, rankSpelled})
	for _, p := range v.begunTitles(in) {
		list = append(list, step{p, rankBeginsTitle})
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

// planSteps returns steps that are all read, because none is known to be better than another.
func planSteps(plans ...plan) []step {
	steps := make([]step, len(plans))
	for i, p := range plans {
		steps[i] = step{p, rankTitle}
	}
	return steps
}

// narrowed adds the words of a selection to each plan.
func narrowed(steps []step, sel Selection) []step {
	steps = slices.Clone(steps)
	for i, s := range steps {
		if len(s.plan) == 0 {
			continue
		}
		for _, words := range sel.requiredTokens() {
			steps[i].plan = append(slices.Clip(steps[i].plan), clause{words})
		}
	}
	return steps
}
