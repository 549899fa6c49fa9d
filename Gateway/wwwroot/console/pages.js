/** Every page of the console, where it is in the navigation, and who may see it. */
import { accessPage } from "./pages/access.js";
import { auditPage } from "./pages/audit.js";
import { checkInsPage } from "./pages/checkins.js";
import { connectionsPage } from "./pages/connections.js";
import { enrollmentPage } from "./pages/enrollment.js";
import { enrollmentsPage } from "./pages/enrollments.js";
import { firmwarePage } from "./pages/firmware.js";
import { forgottenPage } from "./pages/forgotten.js";
import { jobPage } from "./pages/job.js";
import { jobsPage } from "./pages/jobs.js";
import { morePage } from "./pages/more.js";
import { nowherePage } from "./pages/nowhere.js";
import { overviewPage } from "./pages/overview.js";
import { peoplePage } from "./pages/people.js";
import { personPage } from "./pages/person.js";
import { quarantinePage } from "./pages/quarantine.js";
import { roomPage } from "./pages/room.js";
import { roomsPage } from "./pages/rooms.js";
import { scannerPage } from "./pages/scanner.js";
import { scannersPage } from "./pages/scanners.js";
import { systemPage } from "./pages/system.js";
import { webhookPage } from "./pages/webhook.js";
import { webhooksPage } from "./pages/webhooks.js";

/** @typedef {import("./console.js").Page} Page */

/** @type {Record<string, Page>} */
const LISTS = {
  overview: overviewPage,
  scanners: scannersPage,
  enrollments: enrollmentsPage,
  people: peoplePage,
  checkins: checkInsPage,
  rooms: roomsPage,
  jobs: jobsPage,
  quarantine: quarantinePage,
  connections: connectionsPage,
  firmware: firmwarePage,
  access: accessPage,
  webhooks: webhooksPage,
  audit: auditPage,
  system: systemPage,
  more: morePage,
};

/** @type {Record<string, Page>} */
const ONES = { people: personPage, scanners: scannerPage, enrollments: enrollmentPage, jobs: jobPage, rooms: roomPage, webhooks: webhookPage };

/**
 * @param {import("./route.js").Route} route
 * @returns {Page}
 */
export function pageOf({ page, id }) {
  if (page === "people" && id === "forgotten") return forgottenPage;
  return (id === null ? LISTS[page] : ONES[page]) ?? nowherePage;
}
