package filter

import "testing"

func TestAnswering_TheSecondBlockIsNoLargerThanItTakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ good, other, part, want int }{
		{good: 8, other: 8, want: 10},
		{good: 11, other: 5, want: leastBlock},
		{good: 0, other: 16, want: 32},
		{good: 1, other: 15, want: 32},
		{good: 8, other: 8, part: 1, want: 32}, // a later part has more matches
	} {
		a := answering{read: firstBlock, block: 2 * firstBlock, part: c.part}
		a.ranks[rankPhrase], a.ranks[rankExact] = c.good, c.other
		if a.fitBlock(rankPhrase); a.block != c.want {
			t.Errorf("%d good matches of %d: a block of %d, want %d", c.good, c.good+c.other, a.block, c.want)
		}
	}
}
