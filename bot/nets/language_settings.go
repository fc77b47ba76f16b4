package nets

import (
	"context"
	"slices"

	"pavilion/bot/telegram"
)

// languageSettings choose the language in which the bot speaks to a person.
type languageSettings struct{ *visit }

func (l languageSettings) showLanguages() screen {
	v := languagesView{chosen: l.Languages.Chosen(l.event.From.ID)}
	for _, tag := range l.AllLanguages {
		v.languages = append(v.languages, namedLanguage{tag: tag, name: l.Texts.InLanguage(tag).Say("language.name")})
	}
	return v
}

// choose stores the choice and shows the settings in the new language.
func (l languageSettings) choose(ctx context.Context, s step) (screen, error) {
	person := l.event.From.ID
	if s.Language != "" && !slices.Contains(l.AllLanguages, s.Language) {
		return nil, errStaleStep
	}
	if err := l.Languages.Choose(ctx, person, s.Language); err != nil {
		return nil, err
	}
	l.event.From.Language = s.Language
	if s.Language == "" {
		l.event.From.Language = l.event.From.ClientLanguage
	}
	l.in = l.Texts.In(l.event)
	l.OnLanguage(ctx, person)
	l.answer = l.in.Say("language.chosen")
	return settings(l).showSettings(ctx)
}

// namedLanguage is a language and its own name for itself.
type namedLanguage struct{ tag, name string }

// languagesView is the languages to choose from. The chosen tag is empty where the person has not chosen.
type languagesView struct {
	languages []namedLanguage
	chosen    string
}

func (v languagesView) draw(d drawing) telegram.Reply {
	k := d.keyboard()
	for _, l := range append([]namedLanguage{{name: d.in.Say("language.as_telegram")}}, v.languages...) {
		text := l.name
		if l.tag == v.chosen {
			text = "● " + text
		}
		k.add(text, step{Verb: stepChooseLanguage, Language: l.tag})
	}
	k.add(d.in.Say("book.back"), step{Verb: stepSettings})
	return telegram.Reply{Text: d.in.Say("language.pick"), Keyboard: k.rows}
}
