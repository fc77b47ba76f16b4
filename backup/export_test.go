package backup

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Texts returns the documents that a backup has of a collection, of all pools.
func Texts(dir, collection string) (string, error) {
	m, err := readManifest(dir)
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for _, p := range m.Pools {
		for _, c := range p.Collections {
			if c.Name != collection {
				continue
			}
			if _, err := eachDocument(dir, c.Path, func(doc bson.Raw) error {
				all.WriteString(doc.String())
				return nil
			}); err != nil {
				return "", err
			}
		}
	}
	return all.String(), nil
}
