// Proposes the zone that this machine lives in, for as long as its reader has chosen none.
const field = document.getElementById("zone");
// Browsers call zones as they were called first; of those that the form offers these have another name now.
const names = { "Europe/Kiev": "Europe/Kyiv", "Asia/Calcutta": "Asia/Kolkata" };
const told = Intl.DateTimeFormat().resolvedOptions().timeZone;
const name = names[told] ?? told;
// UTC is what browsers say that keep their reader's place to themselves.
if (field && name && !/^(UTC|GMT|Etc\/)/.test(name)) {
  if (![...field.options].some((option) => option.value === name)) {
    const town = name.split("/").pop().replaceAll("_", " ");
    field.add(new Option(town, name), 0);
  }
  field.value = name;
}
