// Screens beyond the first ones. They are one file, which the page loads when one of them is opened: files of a screen each would weigh a quarter more.
import "./main"; // so that the bundler puts all that the page starts with into one file
export { Archive } from "./screens/archive";
export { Block } from "./screens/block";
export { Calendar } from "./screens/calendar";
export { Closures } from "./screens/closures";
export { Desk } from "./screens/desk";
export { File } from "./screens/file";
export { Hours } from "./screens/hours";
export { MoveScreen } from "./screens/move";
export { Prices } from "./screens/prices";
export { Range } from "./screens/range";
export { Receipt } from "./screens/receipt";
export { Reports } from "./screens/reports";
export { Reviews } from "./screens/reviews";
export { SetUp } from "./screens/setup";
export { Settings } from "./screens/settings";
