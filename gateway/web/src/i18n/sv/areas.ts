// Area changes.
import type { areas as english } from '../en/areas';
import type { Translation } from '../messages';

export const areas: Translation<typeof english> = {
  'area.intro':
    'Från en viss dag hör postnummer eller hela kommuner någon annanstans, och med dem alla som bor där.',
  'area.none': 'Det finns inga områdesändringar ännu',
  'area.none.text':
    'Till exempel en kommunsammanslagning. Den granskas först i sin helhet; inget ändras förrän du säger till, och allt kan ångras.',
  'area.new': 'Ny områdesändring',
  'area.title.hint': 'Till exempel: Kommunsammanslagningarna 2027',
  'area.reason': 'Motivering',
  'area.on': 'Första dagen',
  'area.on.hint': 'Kan ha varit, vara i dag eller komma',
  'area.from': 'från {day}',
  'area.rows': 'Vad som flyttas',
  'area.rows.hint': 'Det som lämnas tomt förblir som det är.',
  'area.way': 'Hur det anges',
  'area.way.rows': 'rad för rad',
  'area.way.csv': 'som CSV',
  'area.row': 'Rad {count}',
  'area.line': 'rad {count}',
  'area.column': 'kolumn {count}',
  'area.addRow': 'Lägg till en rad',
  'area.removeRow': 'Ta bort rad {count}',
  'area.what': 'Vad som flyttas',
  'area.wholeMunicipality': 'en hel kommun',
  'area.oldMunicipality': 'Gammal kommun',
  'area.new.target': 'Ny {name}',
  'area.now': 'Nu: {place}',
  'area.csv': 'Rader som CSV',
  'area.csv.hint':
    'Klistra in här eller välj en fil. Första raden namnger kolumnerna; vilka som helst av dessa, i valfri ordning:',
  'area.csv.rows': { one: '{count} rad', other: '{count} rader' },
  'area.csv.tooLong': 'Det här är för långt: högst 500 000 tecken.',
  'area.check': 'Granska',
  'area.faults': 'Rätta till dessa:',
  'area.places': 'Postnummer',
  'area.people': 'bor där',
  'area.apply': 'Genomför från {day}',
  'area.applying': 'Personerna flyttas',
  'area.undoing': 'Områdesändringen ångras',
  'area.run': 'Körning',
  'area.toChange': 'Öppna områdesändringen',
  'area.message.checked': 'Allt är i sin ordning. Inget har ändrats ännu.',
  'area.message.applied': 'Områdesändringen är gjord. Medlemskapen har följt med eller följer om en stund.',
  'area.message.undone': 'Områdesändringen ångrades. Adresser som ändrats efteråt förblir som de är.',
  'area.message.stopped': 'Områdesändringen stannade före slutet. Det som hann flyttas kan ångras.',
  'area.undo': 'Ångra områdesändringen',
  'area.undo.text':
    'Postnumren hör dit de hörde, och likaså de som bor där. Den vars adress har ändrats sedan dess lämnas orörd och räknas upp.',
  'area.left': 'Lämnade orörda',
  'area.rules': 'Nämner reglerna ännu de gamla platserna?',
  'area.rules.text':
    'En områdesändring ändrar inga regler. Ett organ vars regler nämner det som inte längre finns kan behöva en plan.',
  'area.rules.none': 'Inga hittades bland de organ som är uppkallade efter de gamla platserna.',
  'area.rules.types': 'Medlemstyper: {name}',
  'area.rules.cut': 'De gamla namnen eller organen är för många för att alla ska ha gåtts igenom.',
  'area.rules.limits':
    'Regler kan inte sökas efter vad de nämner: bara organ med ett gammalt namn i sitt eget namn, och medlemstyperna, gicks igenom. Andra måste kontrolleras för hand.',
};
