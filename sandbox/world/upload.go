// Uploads: the parts of a file until a message takes them.

package world

type uploadKey struct{ account, file int64 }

type upload struct {
	parts map[int][]byte
	total int // as told with big files; 0 for small ones
}
