package world_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

func TestMedia_UploadSendDownloadSendByReference(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben := s.user("ann"), s.user("ben")
	data := bytes.Repeat([]byte("cricket "), 1024)
	for part := range 2 {
		must[bool](t)(ann.api.UploadSaveFilePart(s.ctx, &tg.UploadSaveFilePartRequest{
			FileID: 9, FilePart: part, Bytes: data[part*4096 : part*4096+4096],
		}))
	}
	media := &tg.InputMediaUploadedDocument{File: &tg.InputFile{ID: 9, Parts: 3, Name: "a.txt"}, MimeType: "text/plain"}
	send := &tg.MessagesSendMediaRequest{Peer: s.to(ann, ben.id), Media: media, Message: "cap", RandomID: 1}
	_, err := ann.api.MessagesSendMedia(s.ctx, send)
	wantError(t, err, "FILE_PART_2_MISSING")
	media.File = &tg.InputFile{ID: 9, Parts: 2, Name: "a.txt"}
	must[tg.UpdatesClass](t)(ann.api.MessagesSendMedia(s.ctx, send))

	m := messagesIn(ben.updates())[0]
	doc := m.Media.(*tg.MessageMediaDocument).Document.(*tg.Document)
	if m.Message != "cap" || doc.Size != 8192 || doc.Attributes[0].(*tg.DocumentAttributeFilename).FileName != "a.txt" {
		t.Errorf("ben got %+v", doc)
	}
	got := must[tg.UploadFileClass](t)(ben.api.UploadGetFile(s.ctx, &tg.UploadGetFileRequest{
		Location: &tg.InputDocumentFileLocation{ID: doc.ID, AccessHash: doc.AccessHash, FileReference: doc.FileReference},
		Offset:   4096, Limit: 8192,
	})).(*tg.UploadFile)
	if !bytes.Equal(got.Bytes, data[4096:]) {
		t.Error("downloaded bytes differ")
	}
	again := &tg.MessagesSendMediaRequest{Peer: s.to(ben, ann.id), RandomID: 2, Media: &tg.InputMediaDocument{
		ID: &tg.InputDocument{ID: doc.ID, AccessHash: doc.AccessHash + 1, FileReference: doc.FileReference},
	}}
	_, err = ben.api.MessagesSendMedia(s.ctx, again)
	wantError(t, err, "MEDIA_EMPTY")
	in := again.Media.(*tg.InputMediaDocument).ID.(*tg.InputDocument)
	in.AccessHash = doc.AccessHash
	s.ExpireReferences(doc.ID)
	_, err = ben.api.MessagesSendMedia(s.ctx, again)
	wantError(t, err, "FILE_REFERENCE_EXPIRED")
	fresh := must[tg.MessagesMessagesClass](t)(ben.api.MessagesGetMessages(s.ctx, []tg.InputMessageClass{&tg.InputMessageID{ID: m.ID}}))
	in.FileReference = fresh.(*tg.MessagesMessages).Messages[0].(*tg.Message).Media.(*tg.MessageMediaDocument).Document.(*tg.Document).FileReference
	must[tg.UpdatesClass](t)(ben.api.MessagesSendMedia(s.ctx, again))
}

func TestMedia_MadeUpFileIsTheSameHoweverItIsRead(t *testing.T) {
	s := newScene(t, world.Options{})
	ann := s.user("ann")
	must[world.Posted](t)(s.PostFile(ann.id, world.UserPeer(ann.id), world.FileSpec{Name: "big.mkv", Size: 10_000}))
	m := must[[]*tg.Message](t)(s.History(ann.id, world.UserPeer(ann.id)))[0]
	doc := m.Media.(*tg.MessageMediaDocument).Document.(*tg.Document)
	read := func(offset int64, limit int) []byte {
		return must[tg.UploadFileClass](t)(ann.api.UploadGetFile(s.ctx, &tg.UploadGetFileRequest{
			Location: &tg.InputDocumentFileLocation{ID: doc.ID, AccessHash: doc.AccessHash, FileReference: doc.FileReference},
			Offset:   offset, Limit: limit,
		})).(*tg.UploadFile).Bytes
	}
	whole := read(0, 1<<20)
	if parts := append(read(0, 1024), read(1024, 1<<20)...); len(whole) != 10_000 || !bytes.Equal(whole, parts) {
		t.Errorf("%d bytes, then %d", len(whole), len(parts))
	}
}

func TestMedia_AlbumSharesANumberAndPhotosAreLookedAt(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben := s.user("ann"), s.user("ben")
	var pic bytes.Buffer
	if err := png.Encode(&pic, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	must[bool](t)(ann.api.UploadSaveFilePart(s.ctx, &tg.UploadSaveFilePartRequest{FileID: 1, Bytes: pic.Bytes()}))
	must[bool](t)(ann.api.UploadSaveFilePart(s.ctx, &tg.UploadSaveFilePartRequest{FileID: 2, Bytes: []byte("not a picture")}))
	photo := func(id int64) tg.InputMediaClass {
		return &tg.InputMediaUploadedPhoto{File: &tg.InputFile{ID: id, Parts: 1}}
	}
	_, err := ann.api.MessagesUploadMedia(s.ctx, &tg.MessagesUploadMediaRequest{Peer: &tg.InputPeerSelf{}, Media: photo(2)})
	wantError(t, err, "IMAGE_PROCESS_FAILED")
	must[tg.UpdatesClass](t)(ann.api.MessagesSendMultiMedia(s.ctx, &tg.MessagesSendMultiMediaRequest{
		Peer: s.to(ann, ben.id), MultiMedia: []tg.InputSingleMedia{{Media: photo(1), RandomID: 1, Message: "two"}, {Media: photo(1), RandomID: 2}},
	}))
	got := messagesIn(ben.updates())
	if len(got) != 2 || got[0].GroupedID == 0 || got[0].GroupedID != got[1].GroupedID {
		t.Fatalf("album %+v", got)
	}
	sizes := got[0].Media.(*tg.MessageMediaPhoto).Photo.(*tg.Photo).Sizes
	if size := sizes[len(sizes)-1].(*tg.PhotoSize); len(sizes) != 3 || size.W != 30 || size.H != 20 {
		t.Errorf("sizes %+v", sizes)
	}
}

func TestForward_HeaderNamesThePost(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben, bot := s.user("ann"), s.user("ben"), s.bot("clubbot")
	ch := must[int64](t)(s.CreateChannel(ann.id, "Archive", "", true))
	post := must[world.Posted](t)(s.PostFile(ann.id, world.ChannelPeer(ch), world.FileSpec{Name: "x.pdf", Size: 10, Caption: "c"}))
	must[tg.UpdatesClass](t)(ann.api.MessagesForwardMessages(s.ctx, &tg.MessagesForwardMessagesRequest{
		FromPeer: s.toChannel(ann, ch), ID: []int{post.Message}, RandomID: []int64{3}, ToPeer: s.to(ann, bot.id),
	}))
	m := messagesIn(bot.updates())[0]
	if from := m.FwdFrom.FromID.(*tg.PeerChannel); from.ChannelID != ch || m.FwdFrom.ChannelPost != post.Message {
		t.Errorf("forwarded from %+v", m.FwdFrom)
	}
	onward := must[int](t)(s.Forward(ann.id, world.UserPeer(bot.id), must[[]*tg.Message](t)(s.History(ann.id, world.UserPeer(bot.id)))[0].ID, world.UserPeer(ben.id)))
	if again := s.Message(ann.id, world.UserPeer(ben.id), onward); again.FwdFrom.ChannelPost != post.Message {
		t.Errorf("forwarded on: %+v", again.FwdFrom)
	}
}

// A forward has a link to the author's account unless the author's privacy hides it.
func TestForward_PrivacyHidesTheAuthorsAccount(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, ben, bot := s.user("ann"), s.user("ben"), s.bot("clubbot")
	for i, hidden := range []bool{false, true} {
		if hidden {
			if err := s.HideForwards(ben.id, true); err != nil {
				t.Fatal(err)
			}
		}
		s.text(ben, s.to(ben, ann.id), "hello")
		m := messagesIn(ann.updates())[0]
		must[tg.UpdatesClass](t)(ann.api.MessagesForwardMessages(s.ctx, &tg.MessagesForwardMessagesRequest{
			FromPeer: s.to(ann, ben.id), ID: []int{m.ID}, RandomID: []int64{int64(i + 1)}, ToPeer: s.to(ann, bot.id),
		}))
		fwd := messagesIn(bot.updates())[0].FwdFrom
		if _, linked := fwd.FromID.(*tg.PeerUser); linked == hidden || (fwd.FromName != "") != hidden {
			t.Errorf("hidden %v: %+v", hidden, fwd)
		}
	}
}

// A contact has the user id of the account with its phone number, if there is one.
func TestContact_NamesTheAccountOfItsNumber(t *testing.T) {
	s := newScene(t, world.Options{})
	ann, bot := s.user("ann"), s.bot("clubbot")
	ben := must[world.User](t)(s.AddUser("9996620077", "Ben", "", "ben", "en"))
	send := func(phone, name string, random int64) error {
		_, err := ann.api.MessagesSendMedia(s.ctx, &tg.MessagesSendMediaRequest{
			Peer: s.to(ann, bot.id), RandomID: random, Media: &tg.InputMediaContact{PhoneNumber: phone, FirstName: name},
		})
		return err
	}
	for i, c := range []struct {
		phone string
		user  int64
	}{{"+9996620077", ben.ID}, {"9996620078", 0}} {
		if err := send(c.phone, "Ben", int64(i+1)); err != nil {
			t.Fatal(err)
		}
		m := messagesIn(bot.updates())[0]
		if got, ok := m.Media.(*tg.MessageMediaContact); !ok || got.UserID != c.user || got.FirstName != "Ben" {
			t.Errorf("%s: %+v", c.phone, m.Media)
		}
	}
	wantError(t, send("x", "Ben", 3), "PHONE_NUMBER_INVALID")
	wantError(t, send("9996620077", " ", 4), "CONTACT_NAME_EMPTY")
}
