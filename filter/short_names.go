package filter

import "strings"

// shortNames are groups of names that people use for each other, as alternatives has words. Each name has one word or more.
//
//nolint:gochecknoglobals // a table, never written
var shortNames = indexNames(
	// nations and competitions of cricket
	`india/ind, pakistan/pak, australia/aus, england/eng, bangladesh/ban, zimbabwe/zim, afghanistan/afg,
	ireland/ire, scotland/sco, netherlands/ned, new zealand/newzealand/nz, south africa/southafrica/sa/rsa,
	sri lanka/srilanka/sl, west indies/westindies/windies/wi,
	world cup/worldcup/wc, champions trophy/ct, world test championship/wtc, border gavaskar trophy/bgt,
	indian premier league/ipl, womens premier league/wpl, pakistan super league/psl, big bash league/big bash/bbl,
	caribbean premier league/cpl, bangladesh premier league/bpl, one day international/odi, semi final/semifinal/sf,
	quarter final/quarterfinal/qf,
	chennai super kings/csk, mumbai indians/mi, royal challengers bangalore/royal challengers bengaluru/royal challengers/rcb,
	kolkata knight riders/kkr, sunrisers hyderabad/srh, delhi capitals/dc, delhi daredevils/dd, rajasthan royals/rr,
	kings xi punjab/kxip, punjab kings/pbks, gujarat titans/gt, lucknow super giants/lsg, rising pune supergiant/rps`,
	// papers and subjects
	`previous year question/previous year questions/previous year paper/previous year papers/pyq/pyqs, question paper/qp,
	general knowledge/gk, mathematics/maths/math, physics/phy, chemistry/chem, biology/bio, computer science/cs`,
	// prints, music, programs
	`cam/hdcam/camrip/hdcamrip/hqcam, ts/hdts/telesync/hdtsrip/hqts, predvd/predvdrip/dvdscr/scr, soundtrack/original soundtrack/ost, background music/bgm,
	ft/feat/featuring, microsoft/ms, photoshop/ps, playstation/ps, operating system/os`,
)

// namedBy is a name and the other ones of its group.
type namedBy struct {
	name   []string
	others [][]string
}

// indexNames returns the names by their first words. A comma stands between groups, a slash between the names of one.
func indexNames(tables ...string) map[string][]namedBy {
	byFirst := map[string][]namedBy{}
	for list := range strings.SplitSeq(strings.Join(tables, ","), ",") {
		group := strings.Split(list, "/")
		for i, name := range group {
			n := namedBy{name: strings.Fields(name)}
			for j, other := range group {
				if i != j {
					n.others = append(n.others, strings.Fields(other))
				}
			}
			byFirst[n.name[0]] = append(byFirst[n.name[0]], n)
		}
	}
	return byFirst
}

// namesOfNumbered are groups of words that people use for each other before a number: Windows 11, Win11; Under 19, U19.
//
//nolint:gochecknoglobals // a table, never written
var namesOfNumbered = buildAlternatives([]string{"windows", "window", "win"}, []string{"under", "u"}, []string{"version", "ver", "v"}, []string{"class", "std", "standard"},
	[]string{"number", "no"})

// nameReader adds readings of terms as short or long names.
type nameReader struct {
	v  *Vocabulary
	in *interpretation
}

func (r nameReader) add(i int) {
	t, rest := r.in.terms[i], r.in.terms[i:]
	for _, n := range shortNames[t] {
		if startsWith(rest, n.name) {
			cost := int32(costSpelled)
			if len(n.name) == 1 && len(t) == 2 { // mi is Mumbai Indians or Mission Impossible
				cost = costAcronym
			}
			for _, other := range n.others {
				r.v.addKnown(r.in, i, i+len(n.name), cost, other...)
			}
		}
	}
	letters := strings.TrimRight(t, "0123456789")
	switch {
	case letters == "": // Under 14s, 90s
		r.v.addKnown(r.in, i, i+1, 2*costSpelled, t+"s")
	case isNumber(strings.TrimSuffix(t, "s"), 4):
		r.v.addKnown(r.in, i, i+1, 2*costSpelled, strings.TrimSuffix(t, "s"))
	case len(letters) < len(t):
		r.addNumbered(i, i+1, letters, t[len(letters):])
	case len(rest) > 1 && isNumber(rest[1], 4):
		r.addNumbered(i, i+2, t, rest[1])
	case trimOrdinal(t) != t: // 12th class, class 12th, 12th
		class := []string{"class", trimOrdinal(t)}
		r.v.addKnown(r.in, i, i+1, 2*costSpelled, class...)
		if len(rest) > 1 && rest[1] == class[0] {
			r.v.addKnown(r.in, i, i+2, costSpelled, class...)
		}
		if i > 0 && r.in.terms[i-1] == class[0] {
			r.v.addKnown(r.in, i-1, i+1, costSpelled, class...)
		}
	}
}

// addNumbered adds the other names of what has a number, joined with it or not: u19, under 19.
func (r nameReader) addNumbered(from, to int, name, number string) {
	for _, other := range namesOfNumbered[name] {
		r.v.addKnown(r.in, from, to, costSpelled, other, number)
		r.v.addKnown(r.in, from, to, costSpelled, other+number)
		r.v.addKnown(r.in, from, to, costSpelled, other, number+"s")
	}
	if namesOfNumbered[name] == nil {
		return
	}
	r.v.addKnown(r.in, from, to, costSpelled, name+number)
	if name == "class" || name == "std" || name == "standard" {
		r.v.addKnown(r.in, from, to, costSpelled, number+"th", "class")
		r.v.addKnown(r.in, from, to, 2*costSpelled, number+"th")
	}
}
