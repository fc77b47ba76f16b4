package web

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"

	"pavilion/internal/secret"
)

func problemGoType() reflect.Type { return reflect.TypeFor[Problem]() }

// TokensBody is what a client gets for a sign-in or a refresh.
type TokensBody struct {
	AccessToken  string `json:"access_token" doc:"Send it as Authorization: Bearer."`
	TokenType    string `json:"token_type" enum:"Bearer"`
	ExpiresIn    int    `json:"expires_in" doc:"Seconds until the access token ends."`
	RefreshToken string `json:"refresh_token" doc:"Works once; a second use ends the session."`
}

type tokensOut struct{ Body TokensBody }

type signInIn struct {
	Body struct {
		InitData string `json:"init_data" minLength:"1" maxLength:"8192" doc:"Telegram.WebApp.initData, as it is. Works once, within an hour."`
		ClientID string `json:"client_id" minLength:"16" maxLength:"128" doc:"A random name that this device made for itself and keeps; only the device that signed in can refresh."`
	}
}

type refreshIn struct {
	Body struct {
		RefreshToken string `json:"refresh_token" minLength:"1" maxLength:"128"`
		ClientID     string `json:"client_id" minLength:"16" maxLength:"128"`
	}
}

type nothing struct{}

// sessions adds signing in, refreshing and signing out.
func (a *routes) sessions() {
	const tag = "Sessions"
	add(a, route{id: "sign-in", method: http.MethodPost, path: "/sessions", tag: tag, status: http.StatusCreated, policy: a.opts.Limits.signIns(), summary: "Sign in with what Telegram gave the Mini App"}, a.signIn)
	add(a, route{id: "refresh", method: http.MethodPost, path: "/sessions/refresh", tag: tag, status: http.StatusOK, policy: a.opts.Limits.signIns(), summary: "Exchange the refresh token for new tokens"}, a.refresh)
	add(a, route{id: "sign-out", method: http.MethodDelete, path: "/sessions/current", tag: tag, status: http.StatusNoContent, access: members, policy: a.opts.Limits.writes(), summary: "Sign out on this device"}, a.signOut)
	add(a, route{id: "sign-out-everywhere", method: http.MethodDelete, path: "/sessions", tag: tag, status: http.StatusNoContent, access: members, policy: a.opts.Limits.writes(), summary: "Sign out on all devices"}, a.signOutEverywhere)
}

func (a *routes) signIn(ctx context.Context, in *signInIn) (*tokensOut, error) {
	proof, err := parseInitData(in.Body.InitData, a.opts.BotToken)
	if err != nil {
		a.log.LogAttrs(ctx, slog.LevelInfo, "sign-in refused", slog.String("request_id", exchangeOf(ctx).id), slog.Any("error", err))
		return nil, errInitData
	}
	tokens, err := a.deps.Sessions.Open(ctx, proof, in.Body.ClientID)
	return tokensOf(tokens), err
}

func (a *routes) refresh(ctx context.Context, in *refreshIn) (*tokensOut, error) {
	tokens, err := a.deps.Sessions.Refresh(ctx, secret.New(in.Body.RefreshToken), in.Body.ClientID)
	return tokensOf(tokens), err
}

func (a *routes) signOut(ctx context.Context, _ *nothing) (*nothing, error) {
	return &nothing{}, a.deps.Sessions.Close(ctx, exchangeOf(ctx).user)
}

func (a *routes) signOutEverywhere(ctx context.Context, _ *nothing) (*nothing, error) {
	return &nothing{}, a.deps.Sessions.CloseAll(ctx, exchangeOf(ctx).user.ID)
}

func tokensOf(t Tokens) *tokensOut {
	return &tokensOut{Body: TokensBody{
		AccessToken: t.Access.Reveal(), TokenType: "Bearer", ExpiresIn: int(t.ExpiresIn.Seconds()), RefreshToken: t.Refresh.Reveal(),
	}}
}
