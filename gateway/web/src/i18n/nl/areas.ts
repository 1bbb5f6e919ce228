// Area changes.
import type { areas as english } from '../en/areas';
import type { Translation } from '../messages';

export const areas: Translation<typeof english> = {
  'area.intro':
    'Vanaf een dag horen postcodes of hele gemeenten ergens anders bij, en met hen iedereen die er woont.',
  'area.none': 'Er zijn nog geen gebiedswijzigingen',
  'area.none.text':
    'Bijvoorbeeld een gemeentefusie. Alles wordt eerst gecontroleerd; er verandert niets tot u het zegt, en alles kan ongedaan worden gemaakt.',
  'area.new': 'Nieuwe gebiedswijziging',
  'area.title.hint': 'Bijvoorbeeld: Gemeentefusies van 2027',
  'area.reason': 'Reden',
  'area.on': 'Eerste dag',
  'area.on.hint': 'Mag voorbij zijn, vandaag of nog komen',
  'area.from': 'vanaf {day}',
  'area.rows': 'Wat verhuist',
  'area.rows.hint': 'Wat leeg blijft, verandert niet.',
  'area.way': 'Hoe het wordt opgegeven',
  'area.way.rows': 'regel voor regel',
  'area.way.csv': 'als CSV',
  'area.row': 'Regel {count}',
  'area.line': 'regel {count}',
  'area.column': 'kolom {count}',
  'area.addRow': 'Regel toevoegen',
  'area.removeRow': 'Regel {count} verwijderen',
  'area.what': 'Wat verhuist',
  'area.wholeMunicipality': 'een hele gemeente',
  'area.oldMunicipality': 'Oude gemeente',
  'area.new.target': 'Nieuwe {name}',
  'area.now': 'Nu: {place}',
  'area.csv': 'Regels als CSV',
  'area.csv.hint':
    'Plak hier of kies een bestand. De eerste regel noemt de kolommen; een of meer van deze, in elke volgorde:',
  'area.csv.rows': { one: '{count} regel', other: '{count} regels' },
  'area.csv.tooLong': 'Dit is te lang: hoogstens 500.000 tekens.',
  'area.check': 'Controleren',
  'area.faults': 'Verbeter deze:',
  'area.places': 'Postcodes',
  'area.people': 'mensen wonen er',
  'area.apply': 'Uitvoeren vanaf {day}',
  'area.applying': 'Mensen verhuizen',
  'area.undoing': 'Gebiedswijziging ongedaan maken',
  'area.run': 'Run',
  'area.toChange': 'Gebiedswijziging openen',
  'area.message.checked': 'Alles is in orde. Er is nog niets veranderd.',
  'area.message.applied':
    'De gebiedswijziging is uitgevoerd. Lidmaatschappen zijn gevolgd of volgen zo dadelijk.',
  'area.message.undone':
    'De gebiedswijziging is ongedaan gemaakt. Adressen die sindsdien zijn gewijzigd, blijven zo.',
  'area.message.stopped':
    'De gebiedswijziging stopte voor het einde. Wat al verhuisd was, kan ongedaan worden gemaakt.',
  'area.undo': 'Gebiedswijziging ongedaan maken',
  'area.undo.text':
    'De postcodes horen weer waar ze hoorden, en de mensen daar ook. Wie sindsdien een ander adres kreeg, blijft zoals het is en wordt genoemd.',
  'area.left': 'Onveranderd gelaten',
  'area.rules': 'Noemen regels nog de oude plaatsen?',
  'area.rules.text':
    'Een gebiedswijziging verandert geen regels. Een orgaan waarvan de regels noemen wat er niet meer is, heeft misschien een plan nodig.',
  'area.rules.none': 'Er zijn er geen gevonden onder de organen die naar de oude plaatsen heten.',
  'area.rules.types': 'Lidmaatschapstypen van {name}',
  'area.rules.cut': 'Er zijn te veel oude namen of organen om ze allemaal door te nemen.',
  'area.rules.limits':
    'Regels kunnen niet worden gezocht op wat ze noemen: alleen organen met een oude naam in hun eigen naam, en lidmaatschapstypen, zijn doorgenomen. Andere moeten met de hand worden nagekeken.',
};
