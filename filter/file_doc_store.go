package filter

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// fileDoc is a stored file. Field names have one letter because every document repeats them, and a free cluster holds 512 MB.
//
//exhaustruct:enforce
type fileDoc struct {
	ID        int64         `bson:"_id"` // Telegram's document id
	Access    int64         `bson:"a"`
	Reference []byte        `bson:"r,omitempty"`
	Posted    int32         `bson:"d"` // Unix time of the newest post
	Name      string        `bson:"n"`
	Caption   string        `bson:"c,omitempty"` // "=" when it repeats the name
	Entities  []byte        `bson:"e,omitempty"`
	Protected bool          `bson:"f,omitempty"`
	Kind      int32         `bson:"t,omitempty"`
	Size      int64         `bson:"s,minsize"`
	Mime      string        `bson:"m,omitempty"` // only when the name's extension does not imply it
	Places    []bson.Binary `bson:"p"`           // all of them
	// Others are the older descriptions. The newest one is in Posted, Name, Caption, Entities and Protected; its places are those that no entry of Others has.
	Others []descriptionDoc `bson:"o,omitempty"`
	// Version counts the changes of the document, for conditional writes by two processes.
	Version int32 `bson:"v,omitempty"`
	// Analysis is the analysisVersion that made the lists of the file.
	Analysis int32 `bson:"w,omitempty"`
	// Thumb is stored in thumbsCollection. It is set in a document of a new post or of a move, and nil in one that was read.
	Thumb []byte `bson:"-"`
}

// UnmarshalBSON reads the fields without reflection, because a search reads many documents.
func (d *fileDoc) UnmarshalBSON(data []byte) error {
	elements, err := bson.Raw(data).Elements()
	if err != nil {
		return err
	}
	*d = fileDoc{} //exhaustruct:ignore — the fields follow
	for _, e := range elements {
		v := e.Value()
		switch e.Key() {
		case "_id":
			d.ID, _ = v.AsInt64OK()
		case "a":
			d.Access, _ = v.AsInt64OK()
		case "r":
			d.Reference = binaryOf(v).Data
		case "d":
			d.Posted = int32Of(v)
		case "n":
			d.Name, _ = v.StringValueOK()
		case "c":
			d.Caption, _ = v.StringValueOK()
		case "e":
			d.Entities = binaryOf(v).Data
		case "f":
			d.Protected, _ = v.BooleanOK()
		case "t":
			d.Kind = int32Of(v)
		case "s":
			d.Size, _ = v.AsInt64OK()
		case "m":
			d.Mime, _ = v.StringValueOK()
		case "p":
			if d.Places, err = binariesOf(v); err != nil {
				return err
			}
		case "v":
			d.Version = int32Of(v)
		case "w":
			d.Analysis = int32Of(v)
		case "o":
			if err := v.Unmarshal(&d.Others); err != nil {
				return err
			}
		}
	}
	return nil
}

func int32Of(v bson.RawValue) int32 {
	n, _ := v.AsInt64OK()
	return int32(n) //nolint:gosec // written as int32
}

// binaryOf copies the bytes, because those of v are the whole answer's.
func binaryOf(v bson.RawValue) bson.Binary {
	subtype, data, _ := v.BinaryOK()
	return bson.Binary{Subtype: subtype, Data: bytes.Clone(data)}
}

func binariesOf(v bson.RawValue) ([]bson.Binary, error) {
	list, ok := v.ArrayOK()
	if !ok { // null
		return nil, nil
	}
	values, err := list.Values()
	if err != nil {
		return nil, err
	}
	out := make([]bson.Binary, len(values))
	for i, v := range values {
		out[i] = binaryOf(v)
	}
	return out, nil
}

const (
	filesCollection = "files"
	captionIsName   = "="
)

func newFileDoc(p Post) fileDoc {
	m := p.Media
	caption, mime := m.Caption, m.Mime
	if caption == m.Name {
		caption = captionIsName
	}
	if mime == mimeOf(m.Name) {
		mime = ""
	}
	return fileDoc{
		ID: int64(m.Document), Access: m.AccessHash, Reference: m.Reference, Posted: int32(p.Posted.Unix()), //nolint:gosec // until 2038, as Telegram's own dates
		Name: m.Name, Caption: caption, Entities: m.CaptionEntities, Protected: m.Protected, Kind: int32(m.Kind), Size: m.Size, Mime: mime,
		Places: []bson.Binary{packPlace(p.Place)}, Others: nil, Version: 0, Analysis: analysisVersion, Thumb: m.Thumb,
	}
}

// unchangedFilter is the condition that the document still has the version that was read. Null matches a missing field.
func (d fileDoc) unchangedFilter() bson.D {
	var version any
	if d.Version != 0 {
		version = d.Version
	}
	return bson.D{{Key: "_id", Value: d.ID}, {Key: "v", Value: version}}
}

// fileAs returns the file with one of its descriptions.
func (d fileDoc) fileAs(s descriptionDoc) File {
	caption, mime := s.Caption, d.Mime
	if caption == captionIsName {
		caption = s.Name
	}
	if mime == "" {
		mime = mimeOf(d.Name)
	}
	var places []Place
	for _, p := range s.Places {
		if place, err := unpackPlace(p); err == nil {
			places = append(places, place)
		}
	}
	//exhaustruct:enforce
	return File{
		Media: Media{
			Document: DocumentID(d.ID), AccessHash: d.Access, Reference: d.Reference, Kind: Kind(d.Kind), Name: s.Name, Mime: mime, //nolint:gosec // written by newFileDoc
			Size: d.Size, Caption: caption, CaptionEntities: s.Entities, Thumb: nil, Protected: s.Protected,
		},
		Posted: time.Unix(int64(s.Posted), 0).UTC(), Places: places,
	}
}

// placeSize is the length of a packed place: five bytes of channel id (Telegram's ids stay under 2^40), then four of message id, big-endian.
const placeSize = 9

var errPlace = errors.New("a stored place is not nine bytes long")

func packPlace(p Place) bson.Binary {
	var wide [12]byte
	binary.BigEndian.PutUint64(wide[:8], uint64(p.Channel)) //nolint:gosec // positive
	binary.BigEndian.PutUint32(wide[8:], uint32(p.Message)) //nolint:gosec // positive
	return bson.Binary{Subtype: bson.TypeBinaryGeneric, Data: wide[3:]}
}

func unpackPlace(b bson.Binary) (Place, error) {
	if len(b.Data) != placeSize {
		return Place{}, errPlace
	}
	var wide [12]byte
	copy(wide[3:], b.Data)
	return Place{
		Channel: ChannelID(binary.BigEndian.Uint64(wide[:8])), //nolint:gosec // five bytes
		Message: MessageID(binary.BigEndian.Uint32(wide[8:])),
	}, nil
}
