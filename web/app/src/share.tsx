// Share: a button with which the person sends something into a chat of their choice. The bot prepares the message.
import { api, done } from "./api";
import { announce, Trouble, useAct } from "./parts";
import { canShare, canShareQuery, share, shareQuery } from "./telegram";
import { t } from "./words";

type Subject = { booking: { club: number; id: number } } | { file: { id: string; channel: number; message: number } };

// Share draws nothing where the client cannot share. An older client asks the bot for query, where there is one.
export function Share({ subject, query }: { subject: Subject; query?: string }) {
  const { act, busy, problem } = useAct();
  const press = () => void act(async () => {
    const message = await done(api.POST("/api/v1/prepared-messages", { body: subject }));
    void share(message.id).then((sent) => { if (sent) announce(t("shared")); });
  });
  if (!canShare()) return query && canShareQuery() ? <button class="quiet" onClick={() => shareQuery(query)}>{t("share")}</button> : null;
  return (
    <>
      <button class="quiet" disabled={!!busy} onClick={press}>{t("share")}</button>
      <Trouble problem={problem} />
    </>
  );
}
