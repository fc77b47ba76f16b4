package web

import (
	"context"
	"log/slog"
	"net/http"

	"pavilion/internal/secret"
)

// TokensBody is the answer to a sign-in or a refresh.
type TokensBody struct {
	AccessToken  string `json:"access_token" doc:"Send it as Authorization: Bearer."`
	TokenType    string `json:"token_type" enum:"Bearer"`
	ExpiresIn    int    `json:"expires_in" doc:"Seconds until the access token ends."`
	RefreshToken string `json:"refresh_token" doc:"Works once; a second use ends the session."`
}

type signInIn struct {
	Body struct {
		InitData string `json:"init_data" minLength:"1" maxLength:"8192" doc:"Telegram.WebApp.initData, as it is. Works once, within an hour."`
		Code     string `json:"code,omitempty" maxLength:"64" doc:"Of the button that the bot sent on POST /sessions/reopen: with it, data that is used, or up to a day old, works once more."`
		ClientID string `json:"client_id" minLength:"16" maxLength:"128" doc:"A random name that this device made for itself and keeps; only the device that signed in can refresh."`
	}
}

type refreshIn struct {
	Body struct {
		RefreshToken string `json:"refresh_token" minLength:"1" maxLength:"128"`
		ClientID     string `json:"client_id" minLength:"16" maxLength:"128"`
	}
}

// addSessions adds signing in, refreshing and signing out.
func (a *API) addSessions() {
	const tag = "Sessions"
	Add(a, Route{ID: "sign-in", Method: http.MethodPost, Path: "/sessions", Tag: tag, Status: http.StatusCreated, Public: true, Limit: SignIns, Summary: "Sign in with what Telegram gave the Mini App"}, a.signIn)
	Add(a, reopenRoute(tag), a.reopen)
	Add(a, Route{ID: "refresh", Method: http.MethodPost, Path: "/sessions/refresh", Tag: tag, Status: http.StatusOK, Public: true, Limit: SignIns, Summary: "Exchange the refresh token for new tokens"}, a.refresh)
	Add(a, Route{ID: "sign-out", Method: http.MethodDelete, Path: "/sessions/current", Tag: tag, Status: http.StatusNoContent, Limit: Writes, Summary: "Sign out on this device"}, a.signOut)
	Add(a, Route{ID: "sign-out-everywhere", Method: http.MethodDelete, Path: "/sessions", Tag: tag, Status: http.StatusNoContent, Limit: Writes, Summary: "Sign out on all devices"}, a.signOutEverywhere)
}

func (a *API) signIn(ctx context.Context, in *signInIn) (*Body[TokensBody], error) {
	proof, err := a.checkInitData(ctx, in.Body.InitData)
	if err != nil {
		return nil, err
	}
	tokens, err := a.sessions.Open(ctx, proof, in.Body.ClientID, secret.New(in.Body.Code))
	return tokensOf(tokens), err
}

// checkInitData verifies the signature of initData. The reason of a refusal goes to the log only.
func (a *API) checkInitData(ctx context.Context, raw string) (Proof, error) {
	proof, err := parseInitData(raw, a.opts.BotToken)
	if err != nil {
		a.server.log.LogAttrs(ctx, slog.LevelInfo, "sign-in refused", slog.String("request_id", exchangeOf(ctx).id), slog.Any("error", err))
		return Proof{}, errInitData
	}
	return proof, nil
}

func (a *API) refresh(ctx context.Context, in *refreshIn) (*Body[TokensBody], error) {
	tokens, err := a.sessions.Refresh(ctx, secret.New(in.Body.RefreshToken), in.Body.ClientID)
	return tokensOf(tokens), err
}

func (a *API) signOut(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return &struct{}{}, a.sessions.Close(ctx, UserOf(ctx))
}

func (a *API) signOutEverywhere(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return &struct{}{}, a.sessions.CloseAll(ctx, UserOf(ctx).ID)
}

func tokensOf(t Tokens) *Body[TokensBody] {
	return &Body[TokensBody]{TokensBody{
		AccessToken: t.Access.Reveal(), TokenType: "Bearer", ExpiresIn: int(t.ExpiresIn.Seconds()), RefreshToken: t.Refresh.Reveal(),
	}}
}
