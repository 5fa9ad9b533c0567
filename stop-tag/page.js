// SPDX-License-Identifier: GPL-2.0-or-later
// page.js: sorts and filters the page of stopcheck --html. The page can be
// read without it.
"use strict";
for (const table of document.querySelectorAll("table.sort")) {
	table.querySelectorAll("th").forEach((th, column) => {
		const button = document.createElement("button");
		button.textContent = th.textContent;
		th.replaceChildren(button);
		button.addEventListener("click", () => {
			const up = th.getAttribute("aria-sort") !== "ascending";
			const key = (row) => {
				const cell = row.cells[column];
				return cell.dataset.key ?? cell.textContent;
			};
			for (const other of table.querySelectorAll("th"))
				other.removeAttribute("aria-sort");
			th.setAttribute("aria-sort",
					up ? "ascending" : "descending");
			const rows = [...table.tBodies[0].rows];
			rows.sort((a, b) => (up ? 1 : -1) *
				key(a).localeCompare(key(b), "en",
						     { numeric: true }));
			table.tBodies[0].append(...rows);
		});
	});
}
const box = document.getElementById("find");
if (box) {
	document.querySelector(".js").style.display = "inline";
	box.addEventListener("input", () => {
		const want = box.value.toLowerCase();
		for (const e of document.querySelectorAll("[data-name]"))
			e.classList.toggle("gone", !e.dataset.name
				.toLowerCase().includes(want));
	});
}
const open = () => {
	const at = document.getElementById(location.hash.slice(1));
	for (let e = at; e; e = e.parentElement)
		if (e.tagName === "DETAILS")
			e.open = true;
	if (at)
		at.scrollIntoView();
};
addEventListener("hashchange", open);
if (location.hash)
	open();
