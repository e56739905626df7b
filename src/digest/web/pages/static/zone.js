// Proposes the zone that this machine lives in, for as long as its reader has chosen none.
const field = document.getElementById("zone");
const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (field && name && !field.dataset.chosen) {
  if (![...field.options].some((option) => option.value === name)) {
    const town = name.split("/").pop().replaceAll("_", " ");
    field.add(new Option(town, name), 0);
  }
  field.value = name;
}
