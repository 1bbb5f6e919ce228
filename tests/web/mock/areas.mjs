// Area changes, answered from memory: methods of Api, and their routes.
import { newId, TODAY } from './federation.mjs';

const COLUMNS = { country: 'country', postal_code: 'postalCode', from_municipality: 'fromMunicipality', town: 'town', municipality: 'municipality', province: 'province' };

function rowsOfCsv (csv) {
  const lines = csv.split ('\n').map ((text, i) => ({ text, line: i + 1 })).filter (({ text }) => text !== '');
  const separator = lines[0].text.includes (';') ? ';' : ',';
  const head = lines[0].text.split (separator);
  const wrong = head.flatMap ((name, i) => (COLUMNS[name] ? [] : [{ field: 'csv', reason: 'UNKNOWN_COLUMN', description: `Line 1, column ${i + 1}: There is no such column` }]));
  const rows = lines.slice (1).map (({ text }) => Object.fromEntries (text.split (separator).map ((cell, i) => [COLUMNS[head[i]] ?? 'other', cell])));
  return { wrong, rows, lines: lines.slice (1).map (({ line }) => line) };
}

export const areaMethods = {
  createArea ({ body }) {
    const wrong = ['title', 'on'].filter (field => !body[field]).map (field => ({ field, reason: 'REQUIRED', description: 'a value is required' }));
    const read = body.csv ? rowsOfCsv (body.csv) : { wrong: [], rows: body.rows ?? [] };
    this.refuse ([...wrong, ...read.wrong]);
    const fault = (i, field, reason) => (body.csv ? { field: 'csv', reason, description: `Line ${read.lines[i]}, ${field}: The gazetteer does not know it` }
      : { field: `rows[${i}].${field}`, reason, description: 'The gazetteer does not know it' });
    const places = [];
    const faults = read.rows.flatMap ((row, i) => {
      if (!row.town && !row.municipality && !row.province) {
        return [fault (i, 'municipality', 'REQUIRED')];
      }
      const named = this.federation.places.filter (place => (row.postalCode ? place.postalCode === row.postalCode : place.municipality.name === row.fromMunicipality));
      places.push (...named.map (place => ({ country: 'FI', postalCode: place.postalCode, oldTown: place.town, oldMunicipality: place.town, oldProvince: place.province,
        town: row.town || place.town, municipality: row.municipality || place.town, province: row.province || place.province,
        personCount: String (this.federation.addresses.filter (address => address.postalCode === place.postalCode && !address.validTo).length) })));
      return named.length > 0 ? [] : [fault (i, row.postalCode ? 'postalCode' : 'fromMunicipality', row.postalCode ? 'UNKNOWN_POSTAL_CODE' : 'UNKNOWN_MUNICIPALITY')];
    });
    this.refuse (faults);
    const area = { areaChangeId: newId (), title: body.title, reason: body.reason ?? '', on: body.on, state: 'AREA_CHANGE_STATE_CHECKED', placeCount: String (places.length),
      personCount: String (places.reduce ((sum, { personCount }) => sum + Number (personCount), 0)), applyRunId: '', undoRunId: '', author: 'registrar', createTime: new Date ().toISOString (), etag: '"1"', done: true, places };
    this.federation.areas.unshift (area);
    return this.showArea (area);
  },

  showArea (area) {
    for (const id of [area.applyRunId, area.undoRunId].filter (Boolean)) {
      this.advance (this.find ('runs', 'runId', id));
    }
    const { places, moved, ...shown } = area;
    return shown;
  },

  getArea ({ path }) {
    return this.showArea (this.find ('areas', 'areaChangeId', path[0]));
  },

  listAreas ({ query }) {
    return this.page (this.federation.areas.map (area => this.showArea (area)), query, 50, 'areaChanges');
  },

  listAreaPlaces ({ path, query, accept }) {
    const { places } = this.find ('areas', 'areaChangeId', path[0]);
    return accept.includes ('text/csv') ? { csv: places } : this.page (places, query, 200, 'places');
  },

  /** Starts the run that applies or undoes it. */
  moveArea (area, undo) {
    const [busy, after] = undo ? ['UNDOING', 'UNDONE'] : ['APPLYING', 'APPLIED'];
    Object.assign (area, { state: `AREA_CHANGE_STATE_${busy}`, done: false });
    const run = this.startRun (undo ? 'area-undo' : 'area-apply', area.areaChangeId, Number (area.personCount), 1200, ended => {
      Object.assign (area, { state: `AREA_CHANGE_STATE_${after}`, done: true });
      const left = undo ? this.federation.addresses.filter (address => address.validFrom === TODAY && area.moved.has (address.personId)) : [];
      this.federation.outcomes.set (ended.runId, left.map (({ personId }, i) => ({ position: String (i + 1), subject: personId, result: 'failed', field: 'address', reason: 'CHANGED_SINCE',
        description: 'The address has been changed since the area change' })));
    });
    const codes = new Set (area.places.map (({ postalCode }) => postalCode));
    area.moved ??= new Set (this.federation.addresses.filter (({ postalCode, validTo }) => codes.has (postalCode) && !validTo).map (({ personId }) => personId));
    area[undo ? 'undoRunId' : 'applyRunId'] = run.runId;
    return this.showArea (area);
  },

  applyArea ({ path }) {
    const area = this.find ('areas', 'areaChangeId', path[0]);
    return area.state === 'AREA_CHANGE_STATE_CHECKED' ? this.moveArea (area, false) : this.fail (400, 'WRONG_STATE');
  },

  undoArea ({ path }) {
    const area = this.find ('areas', 'areaChangeId', path[0]);
    return area.state === 'AREA_CHANGE_STATE_APPLIED' ? this.moveArea (area, true) : this.fail (400, 'WRONG_STATE');
  },
};

const P = '([^/:]+)';
export const AREA_ROUTES = [
  ['GET', '/v1/area-changes', 'listAreas'],
  ['POST', '/v1/area-changes', 'createArea'],
  ['GET', `/v1/area-changes/${P}`, 'getArea'],
  ['GET', `/v1/area-changes/${P}/places`, 'listAreaPlaces'],
  ['POST', `/v1/area-changes/${P}:apply`, 'applyArea'],
  ['POST', `/v1/area-changes/${P}:undo`, 'undoArea'],
];
