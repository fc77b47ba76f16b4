package filter

import (
	"reflect"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestFileDoc_EveryFieldIsReadBack notices a field that UnmarshalBSON does not know.
func TestFileDoc_EveryFieldIsReadBack(t *testing.T) {
	t.Parallel()
	place := []bson.Binary{{Subtype: 0, Data: []byte{1, 2}}}
	want := fileDoc{
		ID: 1 << 40, Access: -2, Reference: []byte{3}, Posted: 4, Name: "n", Caption: "c", Entities: []byte{5}, Protected: true, Kind: 6, Size: 7 << 33, Mime: "m", Places: place,
		Others: []descriptionDoc{{Posted: 9, Name: "older", Caption: "", Entities: nil, Protected: false, Places: place}}, Version: 8, Analysis: 10, Thumb: nil,
	}
	for i := range reflect.ValueOf(want).NumField() {
		field := reflect.TypeFor[fileDoc]().Field(i)
		if field.Tag.Get("bson") != "-" && reflect.ValueOf(want).Field(i).IsZero() {
			t.Fatalf("give %s a value", field.Name)
		}
	}
	data, err := bson.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got fileDoc
	if err := bson.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read back:\n%+v\nwant:\n%+v", got, want)
	}
}

func TestFileDoc_IsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	doc := newFileDoc(Post{
		Place: Place{Channel: 1_234_567_890, Message: 77}, Posted: time.Unix(1_700_000_000, 0),
		Media: Media{Document: 5 << 60, AccessHash: -7, Reference: []byte("reference"), Kind: KindAudio, Name: "Golden River.mkv", Mime: "text/plain", Size: 9 << 40, Caption: "c", CaptionEntities: []byte{1, 2}, Protected: true},
	})
	other := newFileDoc(Post{Place: Place{Channel: 9, Message: 8}, Posted: time.Unix(1_600_000_000, 0), Media: Media{Document: 5 << 60, Name: "Other.mkv", Size: 3}})
	for _, d := range []fileDoc{doc, other, other.merge(doc)} {
		data, err := bson.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var read fileDoc
		if err := bson.Unmarshal(data, &read); err != nil || !read.equal(d) {
			t.Errorf("%+v became %+v, %v", d, read, err)
		}
	}
}
