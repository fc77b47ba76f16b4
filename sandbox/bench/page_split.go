package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
)

// measured resolves, once the page is usable, with the times of a start as the browser noted them.
const measured = `usable.then((at) => {
	const entries = performance.getEntries().filter((e) => ["navigation", "resource", "paint"].includes(e.entryType));
	const name = (e) => e.entryType === "paint" ? e.name : new URL(e.name).pathname;
	return { usable: at, steps: entries.map((e) => ({ name: name(e), start: e.startTime, end: e.responseEnd || e.startTime, bytes: e.transferSize || 0 })) };
})`

// pageStart is one start of the page: when it was usable, and its steps. Times are ms since the navigation began.
type pageStart struct {
	Usable float64     `json:"usable"`
	Steps  []startStep `json:"steps"`
}

// startStep is a request or a paint.
type startStep struct {
	Name       string
	Start, End float64
	Bytes      float64 // over the network
}

// printSplit prints the medians of the steps that several starts share.
func printSplit(out io.Writer, name string, starts []pageStart) {
	type times struct{ start, end, bytes []float64 }
	steps := map[string]*times{}
	for _, one := range starts {
		for _, s := range one.Steps {
			if s.Start > one.Usable {
				continue
			}
			if steps[s.Name] == nil {
				steps[s.Name] = &times{}
			}
			all := steps[s.Name]
			all.start, all.end, all.bytes = append(all.start, s.Start), append(all.end, s.End), append(all.bytes, s.Bytes)
		}
	}
	names := slices.SortedFunc(maps.Keys(steps), func(x, y string) int { return int(median(steps[x].start) - median(steps[y].start)) })
	for _, step := range names {
		all := steps[step]
		fmt.Fprintf(out, "# %s: %5.0f to %5.0f ms, %6.0f bytes, %s in %d starts\n", name, median(all.start), median(all.end), median(all.bytes), step, len(all.start))
	}
}
