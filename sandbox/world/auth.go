// Sign-in: people use a phone and a code as on Telegram's test servers, bots a token.

package world

import (
	"strconv"
	"strings"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// testPhone begins the phones of Telegram's test servers: 99966XYYYY, where X is the number of the data centre.
const testPhone = "99966"

func (w *World) routeAuth(d *tg.ServerDispatcher) {
	d.OnAuthSendCode(on(w, (*call).sendCode))
	d.OnAuthResendCode(on(w, (*call).resendCode))
	d.OnAuthCancelCode(on(w, (*call).cancelCode))
	d.OnAuthSignIn(on(w, (*call).signIn))
	d.OnAuthSignUp(on(w, (*call).signUp))
	d.OnAuthImportBotAuthorization(on(w, (*call).importBot))
	d.OnAuthLogOut(on0(w, (*call).logOut))
}

// login binds an auth key to an account.
func (w *World) login(key [8]byte, id int64) {
	w.forget(key)
	w.Logins[key] = id
	if w.keys[id] == nil {
		w.keys[id] = map[[8]byte]bool{}
	}
	w.keys[id][key] = true
}

func (w *World) forget(key [8]byte) {
	if old, ok := w.Logins[key]; ok {
		delete(w.keys[old], key)
		delete(w.Logins, key)
	}
}

func (c *call) sendCode(r *tg.AuthSendCodeRequest) (tg.AuthSentCodeClass, error) {
	if r.APIID == 0 {
		return nil, tgerr.New(400, "API_ID_INVALID")
	}
	return c.issueCode(r.PhoneNumber)
}

func (c *call) resendCode(r *tg.AuthResendCodeRequest) (tg.AuthSentCodeClass, error) {
	return c.issueCode(r.PhoneNumber)
}

func (c *call) issueCode(phone string) (tg.AuthSentCodeClass, error) {
	phone = digits(phone)
	if len(phone) != 10 || !strings.HasPrefix(phone, testPhone) {
		return nil, tgerr.New(400, "PHONE_NUMBER_INVALID")
	}
	c.Last.Query++
	hash := strconv.FormatUint(uint64(c.hash(c.Last.Query, hashInvite, int64(len(phone)))), 36)
	c.codes[phone] = hash
	return &tg.AuthSentCode{Type: &tg.AuthSentCodeTypeApp{Length: 5}, PhoneCodeHash: hash}, nil
}

func (c *call) cancelCode(r *tg.AuthCancelCodeRequest) (bool, error) {
	delete(c.codes, digits(r.PhoneNumber))
	return true, nil
}

func (c *call) signIn(r *tg.AuthSignInRequest) (tg.AuthAuthorizationClass, error) {
	phone := digits(r.PhoneNumber)
	hash, asked := c.codes[phone]
	code, _ := r.GetPhoneCode()
	switch {
	case len(phone) != 10 || !strings.HasPrefix(phone, testPhone):
		return nil, tgerr.New(400, "PHONE_NUMBER_INVALID")
	case code == "":
		return nil, tgerr.New(400, "PHONE_CODE_EMPTY")
	case !asked || hash != r.PhoneCodeHash:
		return nil, tgerr.New(400, "PHONE_CODE_EXPIRED")
	}
	x := phone[len(testPhone) : len(testPhone)+1]
	if code != strings.Repeat(x, 5) && code != strings.Repeat(x, 6) {
		return nil, tgerr.New(400, "PHONE_CODE_INVALID")
	}
	a := c.byPhone(phone)
	if a == nil {
		return &tg.AuthAuthorizationSignUpRequired{}, nil
	}
	delete(c.codes, phone)
	return c.authorize(a), nil
}

// signUp makes an account for a phone for which signIn found none. The code hash proves that signIn checked the code.
func (c *call) signUp(r *tg.AuthSignUpRequest) (tg.AuthAuthorizationClass, error) {
	phone := digits(r.PhoneNumber)
	hash, asked := c.codes[phone]
	switch {
	case !asked || hash != r.PhoneCodeHash:
		return nil, tgerr.New(400, "PHONE_CODE_EXPIRED")
	case c.byPhone(phone) != nil:
		return nil, tgerr.New(400, "PHONE_NUMBER_OCCUPIED")
	case strings.TrimSpace(r.FirstName) == "":
		return nil, tgerr.New(400, "FIRSTNAME_INVALID")
	}
	c.Last.User++
	a := newAccount(c.Last.User)
	a.First, a.Last, a.Phone = r.FirstName, r.LastName, phone
	c.Accounts[a.ID] = a
	delete(c.codes, phone)
	return c.authorize(a), nil
}

func (c *call) importBot(r *tg.AuthImportBotAuthorizationRequest) (tg.AuthAuthorizationClass, error) {
	if r.APIID == 0 {
		return nil, tgerr.New(400, "API_ID_INVALID")
	}
	for _, a := range c.Accounts {
		if a.Bot != nil && a.Bot.Token == r.BotAuthToken && !a.Deleted {
			return c.authorize(a), nil
		}
	}
	return nil, tgerr.New(400, "ACCESS_TOKEN_INVALID")
}

func (c *call) authorize(a *account) tg.AuthAuthorizationClass {
	c.login(c.from.AuthKey, a.ID)
	return &tg.AuthAuthorization{User: c.viewUser(a, a)}
}

func (c *call) logOut() (*tg.AuthLoggedOut, error) {
	c.forget(c.from.AuthKey)
	return &tg.AuthLoggedOut{}, nil
}
