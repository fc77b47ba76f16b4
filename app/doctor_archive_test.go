package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/sandbox/engines"
)

// TestDoctorArchive_NamesWhatIsWrongAndTheNextStep checks a pool without files, then plants an entry of a file that does not exist, repairs it, and adds a
// pool that does not answer. Package filter has a test of each kind of fault.
func TestDoctorArchive_NamesWhatIsWrongAndTheNextStep(t *testing.T) {
	t.Parallel()
	e, err := engines.Start(t.Context(), engines.Options{MongoPools: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	client, err := mongo.Connect(options.Client().ApplyURI(e.MongoURIs[0]))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	doctor := func(uris string, args ...string) (code int, out string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		settings := []string{
			"PAVILION_BOT_TOKEN=1:secret", "PAVILION_API_ID=1", "PAVILION_API_HASH=hash", "PAVILION_ADMINS=1",
			"PAVILION_POSTGRES_URL=postgres://nobody@127.0.0.1:1/none", "PAVILION_REDIS_URL=redis://127.0.0.1:1", "PAVILION_MONGO_URIS=" + uris,
		}
		code = Main(t.Context(), append([]string{"doctor", "archive"}, args...), settings, &stdout, &stderr)
		return code, stdout.String() + stderr.String()
	}
	expect := func(step string, wantCode, code int, out string, want ...string) {
		t.Helper()
		if code != wantCode {
			t.Errorf("%s: exit %d", step, code)
		}
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%s: it does not say %q:\n%s", step, w, out)
			}
		}
	}
	code, out := doctor(e.MongoURIs[0])
	expect("no files", 0, code, out, "ok    mongodb", "0 files checked: 0 missing, 0 dead\n", "ok    every word of every file finds it")

	entry := bson.D{{Key: "_id", Value: "ghost"}, {Key: "n", Value: int32(1)}, {Key: "f", Value: binary.BigEndian.AppendUint64(nil, 77)}}
	if _, err := client.Database("pavilion").Collection("postings").InsertOne(t.Context(), entry); err != nil {
		t.Fatal(err)
	}
	code, out = doctor(e.MongoURIs[0])
	expect("a dead entry", 1, code, out, "FAIL  mongodb", `dead: file 77 is listed under "ghost" and does not exist`, "0 missing, 1 dead\n", "Run: pavilion doctor archive --repair\n")
	code, out = doctor(e.MongoURIs[0], "--repair")
	expect("a repair", 1, code, out, "0 missing, 1 dead\n", "The running bot mends this within seconds")
	code, out = doctor(e.MongoURIs[0])
	expect("a repair without a bot", 1, code, out, "0 missing, 0 dead, 1 in interrupted writes\n", "Start pavilion: it finishes the interrupted writes")

	for _, c := range []string{"postings", "unfinished"} {
		if err := client.Database("pavilion").Collection(c).Drop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	code, out = doctor(e.MongoURIs[0] + " mongodb://127.0.0.1:1/pavilion?directConnection=true")
	expect("a dead pool", 1, code, out, "ok    mongodb", "not checked", "0 missing, 0 dead, 1 databases not checked\n", "Check the URI in PAVILION_MONGO_URIS", "some databases were not checked")
	code, out = doctor(e.MongoURIs[0], "--nonsense")
	expect("an unknown flag", 2, code, out, "unknown command")
}
