package delivery

import (
	"context"
	"log/slog"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/delivery"
	"pavilion/internal/phrase"
)

const maxFieldRunes = 120

// caption fills a template in for a file; nil without a template.
func (s *Screens) caption(ctx context.Context, template string, file filter.File, to telegram.Chat) []telegram.CaptionPart {
	if template == "" {
		return nil
	}
	parts, err := delivery.ParseCaption(template)
	if err != nil { // a newer release knows more fields
		s.Logger.LogAttrs(ctx, slog.LevelInfo, "a caption template is not used", slog.Any("error", err))
		return nil
	}
	out := []telegram.CaptionPart{}
	for _, p := range parts {
		switch p.Field {
		case "":
			out = append(out, telegram.CaptionPart{Text: p.Text})
		case delivery.FieldCaption:
			out = append(out, telegram.CaptionPart{Original: true})
		default:
			out = append(out, telegram.CaptionPart{Text: s.field(ctx, p.Field, file, to)})
		}
	}
	return out
}

// field is the value of a field of a caption; empty where it is not known.
func (s *Screens) field(ctx context.Context, field string, file filter.File, to telegram.Chat) string {
	switch field {
	case delivery.FieldName:
		return telegram.CleanLine(file.Media.Name, maxFieldRunes)
	case delivery.FieldSize:
		return phrase.Size(file.Media.Size)
	case delivery.FieldDate:
		return file.Posted.UTC().Format("2006-01-02")
	case delivery.FieldChannel:
		if len(file.Places) > 0 {
			if ch, err := s.Channels.Get(file.Places[0].Channel); err == nil {
				return telegram.CleanLine(ch.Title, maxFieldRunes)
			}
		}
	case delivery.FieldGroup:
		return telegram.CleanLine(s.deliverer.TitleOf(ctx, to), maxFieldRunes)
	}
	return ""
}
