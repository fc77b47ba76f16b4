package filter

import (
	"bytes"
	"cmp"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// descriptionDoc is one name and caption of a file, with the places of the posts that have them. Posts of one file may differ in both.
//
//exhaustruct:enforce
type descriptionDoc struct {
	Posted    int32         `bson:"d"` // Unix time of the newest post
	Name      string        `bson:"n"`
	Caption   string        `bson:"c,omitempty"` // "=" when it repeats the name
	Entities  []byte        `bson:"e,omitempty"`
	Protected bool          `bson:"f,omitempty"` // the posts may not be forwarded or saved
	Places    []bson.Binary `bson:"p"`
}

// maxDescriptions bounds a document's size. Beyond it the oldest descriptions are dropped, and their places go to the newest one.
const maxDescriptions = 64

func (s descriptionDoc) same(o descriptionDoc) bool {
	return s.Protected == o.Protected && s.Name == o.Name && s.Caption == o.Caption && bytes.Equal(s.Entities, o.Entities)
}

// descriptions returns the descriptions of a document, the newest first.
func (d fileDoc) descriptions() []descriptionDoc {
	newest := descriptionDoc{Posted: d.Posted, Name: d.Name, Caption: d.Caption, Entities: d.Entities, Protected: d.Protected, Places: d.Places}
	if len(d.Others) == 0 {
		return []descriptionDoc{newest}
	}
	newest.Places = slices.DeleteFunc(slices.Clone(d.Places), func(p bson.Binary) bool {
		return slices.ContainsFunc(d.Others, func(o descriptionDoc) bool { return slices.ContainsFunc(o.Places, p.Equal) })
	})
	return append([]descriptionDoc{newest}, d.Others...)
}

// describe returns the document with list as its descriptions. It drops descriptions without places. If none is left, the document has no places.
func (d fileDoc) describe(list []descriptionDoc) fileDoc {
	list = slices.DeleteFunc(slices.Clone(list), func(s descriptionDoc) bool { return len(s.Places) == 0 })
	slices.SortStableFunc(list, func(a, b descriptionDoc) int { return cmp.Compare(b.Posted, a.Posted) })
	d.Places, d.Others = nil, nil
	if len(list) == 0 {
		return d
	}
	for _, s := range list[min(len(list), maxDescriptions):] {
		list[0].Places, list[0].Protected = slices.Concat(list[0].Places, s.Places), list[0].Protected || s.Protected
	}
	list = list[:min(len(list), maxDescriptions)]
	mime := cmp.Or(d.Mime, mimeOf(d.Name))
	d.Posted, d.Name, d.Caption, d.Entities, d.Mime = list[0].Posted, list[0].Name, list[0].Caption, list[0].Entities, mime
	d.Protected = list[0].Protected
	if mime == mimeOf(d.Name) {
		d.Mime = ""
	}
	for _, s := range list {
		d.Places = append(d.Places, s.Places...)
	}
	if len(list) > 1 {
		d.Others = list[1:]
	}
	return d
}

// merge returns the document with the places and descriptions of both, and the access data of the newer one. A place that both have gets the newer
// description.
func (d fileDoc) merge(newer fileDoc) fileDoc {
	list, added := d.descriptions(), newer.descriptions()
	for i := range list {
		list[i].Places = slices.DeleteFunc(slices.Clone(list[i].Places), func(p bson.Binary) bool { return slices.ContainsFunc(newer.Places, p.Equal) })
	}
	for _, s := range added {
		if i := slices.IndexFunc(list, s.same); i >= 0 {
			list[i].Places, list[i].Posted = append(list[i].Places, s.Places...), max(list[i].Posted, s.Posted)
		} else {
			list = append(list, s)
		}
	}
	merged := d
	merged.Access, merged.Reference, merged.Kind, merged.Size = newer.Access, newer.Reference, newer.Kind, newer.Size
	merged.Name, merged.Mime = newer.Name, newer.Mime // Mime may be empty because of this Name
	if newer.Thumb != nil {
		merged.Thumb = newer.Thumb
	}
	return merged.describe(list)
}

// without returns the document without the places for which remove is true.
func (d fileDoc) without(remove func(Place) bool) fileDoc {
	list := d.descriptions()
	for i := range list {
		list[i].Places = slices.DeleteFunc(slices.Clone(list[i].Places), func(b bson.Binary) bool {
			p, err := unpackPlace(b)
			return err == nil && remove(p)
		})
	}
	return d.describe(list)
}

// equal compares the stored form of two documents.
func (d fileDoc) equal(o fileDoc) bool {
	a, errA := bson.Marshal(d)
	b, errB := bson.Marshal(o)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// files returns one File for each description, the newest first.
func (d fileDoc) files() []File {
	var files []File
	for _, s := range d.descriptions() {
		files = append(files, d.fileAs(s))
	}
	return files
}
