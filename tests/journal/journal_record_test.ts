import { assertEquals } from "@std/assert";
import {
  type JournalHeader,
  type JournalRecord,
  readHeader,
  readRecord,
  writeHeader,
  writeRecord,
} from "../../src/journal/journal_record.ts";

const KEY = "q83vASNFZ4mrze8BI0VniQ";
const FACTS = { key: KEY, attempts: 2, atMs: 1_764_111_111_111, durationMs: 123.4, waitedMs: 80 };
const HEADER: JournalHeader = { task: "enrich", version: "2", keyed: "item", at: "2026-11-25T22:00:00.000Z" };

const RECORDS: [string, JournalRecord][] = [
  [
    `{"k":"${KEY}","s":"ok","a":2,"t":1764111111111,"d":123.4,"w":80,"v":{"a":"},\\"v\\":"}}\n`,
    { ...FACTS, status: "ok", value: { form: "v", json: '{"a":"},\\"v\\":"}', parsed: { a: '},"v":' } } },
  ],
  [
    `{"k":"${KEY}","s":"ok","a":2,"t":1764111111111,"d":123.4,"w":80,"g":[[-2]]  }\n`,
    { ...FACTS, status: "ok", value: { form: "g", json: "[[-2]]  ", parsed: [[-2]] } },
  ],
  [
    `{"k":"${KEY}#2","s":"ok","a":2,"t":1764111111111,"d":123.4,"w":80}\n`,
    { ...FACTS, key: `${KEY}#2`, status: "ok", value: { form: "", json: "" } },
  ],
  [
    `{"k":"${KEY}","s":"failed","a":2,"t":1764111111111,"d":123.4,"w":80,"e":{"name":"HttpError","message":"no","status":500,"attempts":["429","500"]}}\n`,
    {
      ...FACTS,
      status: "failed",
      error: { name: "HttpError", message: "no", status: 500, attempts: ["429", "500"] },
    },
  ],
];

Deno.test("writeRecord() writes a line that readRecord() reads as it was", () => {
  for (const [line, record] of RECORDS) {
    assertEquals(writeRecord(record), line);
    assertEquals(readRecord(line.slice(0, -1)), record);
  }
});

Deno.test("writeRecord() rounds times to a tenth of a millisecond", () => {
  const record: JournalRecord = { ...FACTS, durationMs: 0.123_456, status: "ok", value: { form: "", json: "" } };
  assertEquals(readRecord(writeRecord(record).trimEnd())?.durationMs, 0.1);
});

Deno.test("readRecord() reads no part of a line, and no line of another form", () => {
  for (const [line] of RECORDS) {
    for (let length = 0; length < line.length - 1; length++) assertEquals(readRecord(line.slice(0, length)), undefined);
  }
  const [first] = RECORDS[0]!;
  for (
    const [from, to] of [['"k":', '"x":'], [KEY, "short"], ['"ok"', '"done"'], ['"a":2', '"a":"2"'], ['"t":', '"z":']]
  ) assertEquals(readRecord(first.replace(from!, to!).trimEnd()), undefined);
  assertEquals(readRecord(RECORDS[3]![0].replace('"attempts":[', '"attempts":7,"b":[')), undefined);
  assertEquals([readRecord("[]"), readRecord("null"), readRecord("1")], [undefined, undefined, undefined]);
});

Deno.test("writeHeader() writes what readHeader() reads; another format is told by its number", () => {
  const line = writeHeader(HEADER);
  assertEquals(line, '{"opero":1,"task":"enrich","version":"2","key":"item","at":"2026-11-25T22:00:00.000Z"}\n');
  assertEquals(readHeader(line), HEADER);
  assertEquals(readHeader(writeHeader({ ...HEADER, version: undefined })), { ...HEADER, version: undefined });
  assertEquals(readHeader(line.replace('"opero":1', '"opero":2')), 2);
  for (const foreign of ["", "{}", "id,name", '{"opero":1}', line.replace('"item"', '"other"')]) {
    assertEquals(readHeader(foreign), undefined);
  }
});
