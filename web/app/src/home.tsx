// The offer to put the page on the phone's home screen: from the second visit on, where the client can and it is not there yet, until it is answered.
import { signal } from "@preact/signals";
import { isNewDevice, launch } from "./boot";
import { addToHomeScreen, whenNotOnHomeScreen } from "./telegram";
import { t } from "./words";

const answered = "home";
const isOpen = signal(false);

export function startHomeOffer() {
  if (!isNewDevice && launch.initData && !localStorage.getItem(answered)) whenNotOnHomeScreen(() => { isOpen.value = true; });
}

export function HomeOffer() {
  const answer = (add: () => void) => () => {
    localStorage.setItem(answered, "yes");
    isOpen.value = false;
    add();
  };
  if (!isOpen.value) return null;
  return (
    <div class="notice">
      <p>{t("home_offer")}</p>
      <div class="actions">
        <button class="quiet" onClick={answer(addToHomeScreen)}>{t("add")}</button>
        <button class="quiet" onClick={answer(() => undefined)}>{t("refund_no")}</button>
      </div>
    </div>
  );
}
