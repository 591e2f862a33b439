import { News } from "../../../Web/modules/notify.js";
import { expectEqual } from "./expect.js";
import { makeAlert } from "./samples.js";

Deno.test("the alerts that were there are no news; those that come are, once", () => {
  const news = new News();
  expectEqual(news.take([]), []);
  expectEqual(news.take([makeAlert(3), makeAlert(4)]), []);
  const fresh = news.take([
    makeAlert(3),
    makeAlert(4),
    makeAlert(6),
    makeAlert(5, { state: "acknowledged" }),
  ]);
  expectEqual(fresh.map((each) => each.id), [6]);
  expectEqual(news.take([makeAlert(6)]), []);
  news.restart();
  expectEqual(news.take([makeAlert(1)]), []);
});
