package world_test

import (
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

func TestSignIn_TestPhoneTakesItsOwnDigitAsCode(t *testing.T) {
	s := newScene(t, world.Options{})
	u := must[world.User](t)(s.AddUser("+99966 2 1234", "Ann", "Bell", "ann", "en"))
	c := s.connect()
	_, err := c.api.UsersGetUsers(s.ctx, []tg.InputUserClass{&tg.InputUserSelf{}})
	wantError(t, err, "AUTH_KEY_UNREGISTERED")

	sent := must[tg.AuthSentCodeClass](t)(c.api.AuthSendCode(s.ctx, &tg.AuthSendCodeRequest{PhoneNumber: "9996621234", APIID: 1, APIHash: "h"}))
	in := &tg.AuthSignInRequest{PhoneNumber: "9996621234", PhoneCodeHash: sent.(*tg.AuthSentCode).PhoneCodeHash}
	in.SetPhoneCode("11111")
	_, err = c.api.AuthSignIn(s.ctx, in)
	wantError(t, err, "PHONE_CODE_INVALID")
	in.SetPhoneCode("22222")
	got := must[tg.AuthAuthorizationClass](t)(c.api.AuthSignIn(s.ctx, in)).(*tg.AuthAuthorization)
	if got.User.GetID() != u.ID {
		t.Fatalf("signed in as %d, want %d", got.User.GetID(), u.ID)
	}
	self := must[[]tg.UserClass](t)(c.api.UsersGetUsers(s.ctx, []tg.InputUserClass{&tg.InputUserSelf{}}))[0].(*tg.User)
	if !self.Self || self.AccessHash == 0 || self.Phone != "9996621234" {
		t.Errorf("self = %+v", self)
	}
	must[*tg.AuthLoggedOut](t)(c.api.AuthLogOut(s.ctx))
	_, err = c.api.UpdatesGetState(s.ctx)
	wantError(t, err, "AUTH_KEY_UNREGISTERED")
}

func TestSignIn_UnknownPhoneSignsUp(t *testing.T) {
	s := newScene(t, world.Options{})
	c := s.connect()
	const phone = "9996637777"
	sent := must[tg.AuthSentCodeClass](t)(c.api.AuthSendCode(s.ctx, &tg.AuthSendCodeRequest{PhoneNumber: phone, APIID: 1}))
	hash := sent.(*tg.AuthSentCode).PhoneCodeHash
	in := &tg.AuthSignInRequest{PhoneNumber: phone, PhoneCodeHash: hash}
	in.SetPhoneCode("333333")
	if _, ok := must[tg.AuthAuthorizationClass](t)(c.api.AuthSignIn(s.ctx, in)).(*tg.AuthAuthorizationSignUpRequired); !ok {
		t.Fatal("sign-up was not asked for")
	}
	must[tg.AuthAuthorizationClass](t)(c.api.AuthSignUp(s.ctx, &tg.AuthSignUpRequest{PhoneNumber: phone, PhoneCodeHash: hash, FirstName: "New"}))
	must[*tg.UpdatesState](t)(c.api.UpdatesGetState(s.ctx))
}

func TestSignIn_BotByToken(t *testing.T) {
	s := newScene(t, world.Options{})
	must[world.User](t)(s.AddBot(world.BotSpec{Token: "777:abc", Username: "clubbot", Name: "Club"}))
	c := s.connect()
	_, err := c.api.AuthImportBotAuthorization(s.ctx, &tg.AuthImportBotAuthorizationRequest{APIID: 1, BotAuthToken: "777:wrong"})
	wantError(t, err, "ACCESS_TOKEN_INVALID")
	a := must[tg.AuthAuthorizationClass](t)(c.api.AuthImportBotAuthorization(s.ctx, &tg.AuthImportBotAuthorizationRequest{APIID: 1, BotAuthToken: "777:abc"}))
	if u := a.(*tg.AuthAuthorization).User.(*tg.User); u.ID != 777 || !u.Bot {
		t.Errorf("bot = %+v", u)
	}
	p := must[*tg.ContactsResolvedPeer](t)(c.api.ContactsResolveUsername(s.ctx, &tg.ContactsResolveUsernameRequest{Username: "ClubBot"}))
	if len(p.Users) != 1 || p.Users[0].GetID() != 777 {
		t.Errorf("resolved %+v", p)
	}
	_, err = c.api.ContactsResolveUsername(s.ctx, &tg.ContactsResolveUsernameRequest{Username: "nobody"})
	wantError(t, err, "USERNAME_NOT_OCCUPIED")
	must[*tg.Config](t)(c.api.HelpGetConfig(s.ctx))
}
