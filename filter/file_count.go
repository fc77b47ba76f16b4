package filter

import (
	"context"

	"pavilion/storage"
)

// FileCount names a number of files: of a kind in a channel, or of a kind in the whole archive, where the channel is 0.
type FileCount struct {
	Channel ChannelID
	Kind    Kind
}

// fileCounts are changes of the numbers of files. The numbers are sums over the stored documents: a file with copies in two pools counts twice until
// the copies are merged.
type fileCounts map[FileCount]int64

// add counts a document n times: once in the archive, and once in each of its channels.
func (c fileCounts) add(doc fileDoc, n int64) {
	kind := Kind(doc.Kind) //nolint:gosec // of four
	c[FileCount{0, kind}] += n
	seen := map[ChannelID]bool{}
	for _, packed := range doc.Places {
		if p, err := unpackPlace(packed); err == nil && !seen[p.Channel] {
			seen[p.Channel] = true
			c[FileCount{p.Channel, kind}] += n
		}
	}
}

// CountFiles counts the files by reading all documents, a page at a time. It fails if a pool does not answer.
func CountFiles(ctx context.Context, pools *storage.Pools) (map[FileCount]int64, error) {
	counts := fileCounts{}
	for _, pool := range pools.All() {
		err := eachPage(ctx, pool, filesCollection, []string{"t", "p"}, func(docs []fileDoc) int64 {
			for _, d := range docs {
				counts.add(d, 1)
			}
			return docs[len(docs)-1].ID
		})
		if err != nil {
			return nil, err
		}
	}
	return counts, nil
}
