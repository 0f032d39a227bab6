// Alerts in the database: one function a use in the files beside this one; here they become the port.

import type {Alerts} from '../alerts.js'
import {history} from './history.js'
import {notifyTest} from './notify-test.js'
import type {Parts} from './parts.js'
import {createRule, listRules, removeRule, showRule, updateRule} from './rules.js'
import {createSilence, endSilence, listSilences} from './silences.js'
import {acknowledge, resolve, showAlert, triggered} from './triggered.js'

export interface LocalAlertsOptions extends Pick<Parts, 'database' | 'rules' | 'secrets' | 'sendTest'> {
  now?: Parts['now']
  signals?: Parts['signals']
}

/** The database is migrated already, and closed by whoever opened it. */
export function openLocalAlerts(options: LocalAlertsOptions): Alerts {
  const parts: Parts = {now: () => new Date(), signals: {log: {audit: () => {}}}, ...options}
  return {
    kind: 'local',
    createRule: (caller, rule) => createRule(parts, caller, rule),
    listRules: (caller, question) => listRules(parts, caller, question),
    showRule: (caller, which) => showRule(parts, caller, which),
    updateRule: (caller, which, rule, version) => updateRule(parts, caller, which, rule, version),
    removeRule: (caller, which) => removeRule(parts, caller, which),
    notifyTest: (caller, which) => notifyTest(parts, caller, which),
    triggered: (caller, question) => triggered(parts, caller, question),
    showAlert: (caller, id) => showAlert(parts, caller, id),
    acknowledge: (caller, id, note) => acknowledge(parts, caller, id, note),
    resolve: (caller, id, note) => resolve(parts, caller, id, note),
    history: (caller, question) => history(parts, caller, question),
    silence: (caller, silence) => createSilence(parts, caller, silence),
    listSilences: (caller, all) => listSilences(parts, caller, all),
    endSilence: (caller, id) => endSilence(parts, caller, id),
    close: async () => {},
  }
}
