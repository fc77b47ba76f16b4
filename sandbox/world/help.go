// The methods that clients call first, and other small methods that they expect.

package world

import (
	"github.com/gotd/td/tg"
)

// Limits that help.getConfig announces and the methods enforce.
const (
	maxText      = 4096
	maxCaption   = 1024
	premiumLimit = 4096 // for captions of premium accounts
	maxGroup     = 200
	maxMegagroup = 200_000
	maxForwards  = 100
)

func (w *World) routeHelp(d *tg.ServerDispatcher) {
	d.OnHelpGetConfig(on0(w, (*call).config))
	d.OnHelpGetNearestDC(on0(w, (*call).nearestDC))
	d.OnHelpGetAppConfig(on(w, (*call).appConfig))
	d.OnHelpGetTermsOfServiceUpdate(on0(w, (*call).termsUpdate))
	d.OnHelpGetPromoData(on0(w, (*call).promo))
	d.OnHelpSetBotUpdatesStatus(on(w, (*call).botStatus))
	d.OnAccountUpdateStatus(on(w, (*call).updateStatus))
	d.OnAccountGetPassword(on0(w, (*call).password))
	d.OnAccountUpdateProfile(on(w, (*call).updateProfile))
	d.OnAccountGetNotifySettings(on(w, (*call).notifySettings))
	d.OnLangpackGetLangPack(on(w, (*call).langPack))
	d.OnMessagesGetDialogFilters(on0(w, (*call).dialogFilters))
}

func (c *call) config() (*tg.Config, error) {
	now := c.now()
	return &tg.Config{
		Date: now, Expires: now + 3600, ThisDC: c.o.DC, DCTxtDomainName: "invalid",
		DCOptions:   []tg.DCOption{{ID: c.o.DC, IPAddress: c.o.Host, Port: c.o.Port, Static: true}},
		ChatSizeMax: maxGroup, MegagroupSizeMax: maxMegagroup, ForwardedCountMax: maxForwards,
		OnlineUpdatePeriodMs: 210_000, OfflineBlurTimeoutMs: 5_000, OfflineIdleTimeoutMs: 30_000, OnlineCloudTimeoutMs: 300_000,
		NotifyCloudDelayMs: 30_000, NotifyDefaultDelayMs: 1_500, PushChatPeriodMs: 60_000, PushChatLimit: 2,
		EditTimeLimit: editWindow, RevokeTimeLimit: forever, RevokePmTimeLimit: forever, RatingEDecay: 2_419_200,
		StickersRecentLimit: 200, ChannelsReadMediaPeriod: 604_800, CallReceiveTimeoutMs: 20_000, CallRingTimeoutMs: 90_000,
		CallConnectTimeoutMs: 30_000, CallPacketTimeoutMs: 10_000, MeURLPrefix: "https://t.me/",
		CaptionLengthMax: maxCaption, MessageLengthMax: maxText, WebfileDCID: c.o.DC,
	}, nil
}

func (c *call) nearestDC() (*tg.NearestDC, error) {
	return &tg.NearestDC{Country: "GB", ThisDC: c.o.DC, NearestDC: c.o.DC}, nil
}

func (c *call) appConfig(int) (tg.HelpAppConfigClass, error) {
	return &tg.HelpAppConfig{Hash: 1, Config: &tg.JSONObject{}}, nil
}

func (c *call) termsUpdate() (tg.HelpTermsOfServiceUpdateClass, error) {
	return &tg.HelpTermsOfServiceUpdateEmpty{Expires: c.now() + 86_400}, nil
}

func (c *call) promo() (tg.HelpPromoDataClass, error) {
	return &tg.HelpPromoDataEmpty{Expires: c.now() + 86_400}, nil
}

func (c *call) botStatus(*tg.HelpSetBotUpdatesStatusRequest) (bool, error) { return true, nil }

func (c *call) updateStatus(bool) (bool, error) { return true, nil }

func (c *call) password() (*tg.AccountPassword, error) {
	return &tg.AccountPassword{
		NewAlgo: &tg.PasswordKdfAlgoUnknown{}, NewSecureAlgo: &tg.SecurePasswordKdfAlgoUnknown{}, SecureRandom: make([]byte, 32),
	}, nil
}

func (c *call) updateProfile(r *tg.AccountUpdateProfileRequest) (tg.UserClass, error) {
	if v, ok := r.GetFirstName(); ok {
		c.me.First = v
	}
	if v, ok := r.GetLastName(); ok {
		c.me.Last = v
	}
	if v, ok := r.GetAbout(); ok {
		c.me.About = v
	}
	return c.viewUser(c.me, c.me), nil
}

func (c *call) notifySettings(tg.InputNotifyPeerClass) (*tg.PeerNotifySettings, error) {
	return &tg.PeerNotifySettings{}, nil
}

func (c *call) langPack(r *tg.LangpackGetLangPackRequest) (*tg.LangPackDifference, error) {
	return &tg.LangPackDifference{LangCode: r.LangCode}, nil
}

func (c *call) dialogFilters() (*tg.MessagesDialogFilters, error) {
	return &tg.MessagesDialogFilters{Filters: []tg.DialogFilterClass{&tg.DialogFilterDefault{}}}, nil
}
