import { News } from "../../../Web/modules/notify.js";
import { expectEqual } from "./expect.js";
import { makeAlert } from "./samples.js";

Deno.test("the alerts that were there are no news; those that come are, once", () => {
  const news = new News();
  expectEqual(news.take([makeAlert(3)], null), [], "not all open ones are known");
  expectEqual(news.take([makeAlert(3), makeAlert(4)], "a"), []);
  const fresh = news.take([
    makeAlert(3),
    makeAlert(4),
    makeAlert(6),
    makeAlert(5, { state: "acknowledged" }),
  ], "a");
  expectEqual(fresh.map((each) => each.id), [6]);
  expectEqual(news.take([makeAlert(6)], "a"), []);
  expectEqual(news.take([], "a"), []);
  expectEqual(news.take([makeAlert(6)], "a"), [], "an older one that is open again");
});

Deno.test("the first alert of a server that had none is news, after a restart too", () => {
  const news = new News();
  expectEqual(news.take([], "a"), []);
  expectEqual(news.take([makeAlert(1)], "a").map((each) => each.id), [1]);
  // Ids begin again, and the new server has not answered.
  expectEqual(news.take([], null), []);
  expectEqual(news.take([makeAlert(1)], "b"), []);
  expectEqual(news.take([makeAlert(1), makeAlert(2)], "b").map((each) => each.id), [2]);
});
