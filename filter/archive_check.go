package filter

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"pavilion/storage"
)

// CheckOptions configure CheckArchive.
type CheckOptions struct {
	// Progress is called with the number of files checked so far in a pool, while the check runs. May be nil.
	Progress func(pool string, files int)
	// Settle is how long an interrupted or running write may take to end; 0 means 20 seconds.
	Settle time.Duration
	// GroupFiles is the number of files that are compared with the lists at once; 0 means 100,000, which take some 15 MB.
	GroupFiles int
	// Repair hands every wrong entry to the process that is the bot.
	Repair bool
	//exhaustruct:optional
	Now func() time.Time // nil means time.Now
}

// PoolCheck is the result of the check of one pool.
type PoolCheck struct {
	Pool       string
	Err        error // the pool was not checked to its end
	Files      int
	Entries    int // entries of lists, each a word and a file
	Missing    int // words that do not find their file, and place lists without their file
	Dead       int // entries of files that are not in the pool, or that lack the word
	Stray      int // files of channels that are not indexed
	Twice      int // files that an earlier pool has too, and that are not noted as possible duplicates
	Noted      int // files that an earlier pool has too, and that the bot merges
	Leftover   int // entries of removed files and old words in long lists: searches skip them, a compaction drops them
	Waiting    int // files of another version of the analysis, which the bot indexes anew
	Unfinished int // entries that an interrupted write left, and that a running bot mends
	Examples   []Finding
}

// Wrong returns the number of findings.
func (c PoolCheck) Wrong() int { return c.Missing + c.Dead + c.Stray + c.Twice }

// FindingKind is a kind of error of the index.
type FindingKind string

// The kinds of findings.
const (
	FindingMissing FindingKind = "missing" // the list of Key lacks the file
	FindingDead    FindingKind = "dead"    // the list of Key has a file that is not in the pool
	FindingOldWord FindingKind = "old"     // the list of Key has a file that lacks the word
	FindingStray   FindingKind = "stray"   // no channel of the file is indexed
	FindingTwice   FindingKind = "twice"   // another pool has the file too
)

// Finding is an error of the index.
type Finding struct {
	Kind FindingKind
	Key  string // of a list; empty for a file as a whole
	File DocumentID
	Name string // of the file, if it has a document
}

// Word returns the word of the finding's list. It is empty for a list of places, of a title, or of an acronym.
func (f Finding) Word() string {
	if isWord(f.Key) && !isAcronymKey(f.Key) {
		return f.Key
	}
	return ""
}

const (
	checkExamples  = 5       // of each kind and pool
	maxSuspects    = 200_000 // entries of one group; more are counted without a second look
	suspectsAtOnce = 4000
)

// CheckArchive compares the files of every pool with the lists that find them, one pool after the other. It reads beside running bots: an entry counts
// as wrong only if it is wrong in a second look during which neither the file nor a write in progress touched it.
func CheckArchive(ctx context.Context, pools *storage.Pools, o CheckOptions) []PoolCheck {
	o.Settle, o.GroupFiles = cmp.Or(o.Settle, 20*time.Second), cmp.Or(o.GroupFiles, 100_000)
	if o.Progress == nil {
		o.Progress = func(string, int) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	channels, complete := loadIndexed(ctx, pools)
	var results []PoolCheck
	for i, pool := range pools.All() {
		c := &poolChecker{pool: pool, earlier: pools.All()[:i], options: o, result: PoolCheck{Pool: pool.Name()}, examples: map[FindingKind]int{}, wrong: map[string][]int64{}, waiting: map[int64]bool{}}
		if complete { // a pool that does not answer may know of a channel's return
			c.indexed = channels
		}
		c.result.Err = c.run(ctx)
		results = append(results, c.result)
	}
	return results
}

// loadIndexed returns the channels whose files may be in the index. complete is false if a pool did not answer.
func loadIndexed(ctx context.Context, pools *storage.Pools) (indexed map[ChannelID]bool, complete bool) {
	docs, complete, err := readReplicas[channelDoc](ctx, pools, channelsCollection)
	indexed = map[ChannelID]bool{}
	for _, d := range docs {
		if d.State.indexed() || d.State == ChannelRemoving {
			indexed[d.ID] = true
		}
	}
	return indexed, complete && err == nil
}

// poolChecker checks one pool. It reads the files in groups, in the order of their ids. After each group it reads all lists once and compares the
// entries whose ids are in the group's range.
type poolChecker struct {
	pool     *storage.Pool
	earlier  []*storage.Pool
	indexed  map[ChannelID]bool // nil: unknown
	options  CheckOptions
	result   PoolCheck
	examples map[FindingKind]int // of result
	wrong    map[string][]int64  // the entries of the group that are wrong
	waiting  map[int64]bool      // the files of the group that the bot indexes anew
	anew     reindexing          // how far the bot has come with that
}

// fileGroup is a run of files with the hashes of their lists' keys.
type fileGroup struct {
	after, last int64 // the range of ids: after < id <= last
	isFirst     bool  // there is no lower bound
	isLast      bool  // there is no upper bound
	ids         []int64
	ends        []int    // of the hashes of each file
	hashes      []uint64 // sorted for each file
	found       []bool   // the list has the file
}

func (g *fileGroup) add(doc fileDoc) {
	var own []uint64
	for _, k := range listKeys(doc) {
		own = append(own, xxhash.Sum64String(k))
	}
	slices.Sort(own)
	g.ids, g.hashes = append(g.ids, doc.ID), append(g.hashes, own...)
	g.ends = append(g.ends, len(g.hashes))
	g.found = append(g.found, make([]bool, len(own))...)
}

func (g *fileGroup) contains(id int64) bool {
	return (g.isFirst || id > g.after) && (g.isLast || id <= g.last)
}

// has reports whether the group has a file.
func (g *fileGroup) has(id int64) bool {
	_, ok := slices.BinarySearch(g.ids, id)
	return ok
}

// hashesOf returns the range of a file's hashes.
func (g *fileGroup) hashesOf(i int) (from, to int) {
	if i > 0 {
		from = g.ends[i-1]
	}
	return from, g.ends[i]
}

// note records an entry of a list. It returns false if the entry is wrong: the file is not in the group, or lacks the word.
func (g *fileGroup) note(keyHash uint64, id int64) bool {
	i, ok := slices.BinarySearch(g.ids, id)
	if !ok {
		return false
	}
	from, to := g.hashesOf(i)
	j, ok := slices.BinarySearch(g.hashes[from:to], keyHash)
	if ok {
		g.found[from+j] = true
	}
	return ok
}

// missing returns the words that no list of the group's files had.
func (g *fileGroup) missing() (list []suspect) {
	for i, id := range g.ids {
		from, to := g.hashesOf(i)
		for j := from; j < to; j++ {
			if !g.found[j] {
				list = append(list, suspect{hash: g.hashes[j], id: id})
			}
		}
	}
	return list
}

func (c *poolChecker) run(ctx context.Context) (err error) {
	if c.anew, err = readReindexing(ctx, c.pool); err != nil {
		return err
	}
	for after, first := int64(0), true; ; first = false {
		g, err := c.readGroup(ctx, after, first)
		if err != nil {
			return err
		}
		suspects, err := c.compare(ctx, g)
		if err != nil {
			return err
		}
		suspects = slices.DeleteFunc(append(suspects, g.missing()...), func(s suspect) bool { return c.waiting[s.id] })
		for part := range slices.Chunk(suspects, suspectsAtOnce) {
			if err := c.countWrong(ctx, part); err != nil {
				return err
			}
		}
		// The notes come after the group's last look, which leaves out files that a note names.
		if c.options.Repair {
			if _, err := noteUnfinished(ctx, c.pool, c.wrong); err != nil {
				return err
			}
		}
		clear(c.wrong)
		if g.isLast {
			break
		}
		after = g.last
	}
	if c.options.Repair {
		if c.result.Waiting > 0 && c.anew.Done {
			return saveReindexing(ctx, c.pool, reindexing{Version: 0, Begun: false, After: 0, Done: false})
		}
		return nil // the notes that are left are this check's own
	}
	return c.countUnfinished(ctx)
}

// readGroup reads the next files, and checks their channels and copies on the way.
func (c *poolChecker) readGroup(ctx context.Context, after int64, first bool) (*fileGroup, error) {
	clear(c.waiting)
	return readGroup(ctx, c.pool, after, first, c.options.GroupFiles, func(docs []fileDoc) error {
		for _, d := range docs {
			if d.Analysis != analysisVersion {
				c.waiting[d.ID] = true
				c.result.Waiting++
			}
			if c.isStray(d) {
				c.result.Stray++
				c.addExample(Finding{Kind: FindingStray, File: DocumentID(d.ID), Name: d.Name})
			}
		}
		if err := c.findCopies(ctx, docs); err != nil {
			return err
		}
		c.result.Files += len(docs)
		c.options.Progress(c.pool.Name(), c.result.Files)
		return nil
	})
}

// readGroup reads up to most files after an id, or the first ones, and calls read with each page of them.
func readGroup(ctx context.Context, pool *storage.Pool, after int64, first bool, most int, read func(docs []fileDoc) error) (*fileGroup, error) {
	g := &fileGroup{after: after, last: after, isFirst: first}
	for len(g.ids) < most {
		docs, err := filesAfter(ctx, pool, g.last, first && len(g.ids) == 0, min(pageSize, most-len(g.ids)))
		if err != nil {
			return nil, err
		}
		if len(docs) == 0 {
			g.isLast = true
			break
		}
		for _, d := range docs {
			g.add(d)
		}
		g.last = docs[len(docs)-1].ID
		if err := read(docs); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// isStray reports a file of which no channel is indexed.
func (c *poolChecker) isStray(doc fileDoc) bool {
	return c.indexed != nil && !slices.ContainsFunc(doc.files(), func(f File) bool {
		return slices.ContainsFunc(f.Places, func(p Place) bool { return c.indexed[p.Channel] })
	})
}

// compare reads all lists, marks the entries of the group's files, and returns the other entries in the group's range. Those of long lists are only counted.
func (c *poolChecker) compare(ctx context.Context, g *fileGroup) (suspects []suspect, err error) {
	err = eachList(ctx, c.pool, func(key string, long bool, ids []int64) {
		hash := xxhash.Sum64String(key)
		for _, id := range ids {
			if !g.contains(id) {
				continue
			}
			c.result.Entries++
			switch {
			case g.note(hash, id):
			case long || g.has(id) && !c.anew.passed(id): // the bot removes the words of another version
				c.result.Leftover++
			case len(suspects) < maxSuspects:
				suspects = append(suspects, suspect{hash: hash, key: key, id: id})
			default:
				c.result.Dead++
			}
		}
	})
	return suspects, err
}

// count adds findings to the result.
func (c *poolChecker) count(findings []Finding) {
	slices.SortFunc(findings, func(a, b Finding) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Key, b.Key)) })
	for _, f := range findings {
		if f.Kind == FindingMissing {
			c.result.Missing++
		} else {
			c.result.Dead++
		}
		c.addExample(f)
		c.wrong[f.Key] = append(c.wrong[f.Key], int64(f.File))
	}
}

func (c *poolChecker) addExample(f Finding) {
	if c.examples[f.Kind]++; c.examples[f.Kind] <= checkExamples {
		c.result.Examples = append(c.result.Examples, f)
	}
}
