/** Symbol and English name of every element up to uranium, with the spellings that differ. */
const elements = `
H Hydrogen|He Helium|Li Lithium|Be Beryllium|B Boron|C Carbon|N Nitrogen|O Oxygen|F Fluorine|Ne Neon
Na Sodium|Mg Magnesium|Al Aluminium|Al Aluminum|Si Silicon|P Phosphorus|S Sulfur|S Sulphur
Cl Chlorine|Ar Argon|K Potassium|Ca Calcium|Sc Scandium|Ti Titanium|V Vanadium|Cr Chromium
Mn Manganese|Fe Iron|Co Cobalt|Ni Nickel|Cu Copper|Zn Zinc|Ga Gallium|Ge Germanium|As Arsenic
Se Selenium|Br Bromine|Kr Krypton|Rb Rubidium|Sr Strontium|Y Yttrium|Zr Zirconium|Nb Niobium
Mo Molybdenum|Tc Technetium|Ru Ruthenium|Rh Rhodium|Pd Palladium|Ag Silver|Cd Cadmium|In Indium
Sn Tin|Sb Antimony|Te Tellurium|I Iodine|Xe Xenon|Cs Caesium|Cs Cesium|Ba Barium|La Lanthanum
Ce Cerium|Pr Praseodymium|Nd Neodymium|Pm Promethium|Sm Samarium|Eu Europium|Gd Gadolinium
Tb Terbium|Dy Dysprosium|Ho Holmium|Er Erbium|Tm Thulium|Yb Ytterbium|Lu Lutetium|Hf Hafnium
Ta Tantalum|W Tungsten|Re Rhenium|Os Osmium|Ir Iridium|Pt Platinum|Au Gold|Hg Mercury|Tl Thallium
Pb Lead|Bi Bismuth|Po Polonium|At Astatine|Rn Radon|Fr Francium|Ra Radium|Ac Actinium|Th Thorium
Pa Protactinium|U Uranium`;

const symbols = new Map(
  elements
    .trim()
    .split(/[|\n]/)
    .flatMap((entry) => {
      const [symbol = '', name = ''] = entry.split(' ');
      return [
        [symbol.toLowerCase(), symbol],
        [name.toLowerCase(), symbol],
      ] as const;
    }),
);

/**
 * Symbol of an element given its symbol or English name in any case; undefined for anything else.
 */
export function elementSymbol(name: string): string | undefined {
  return symbols.get(name.toLowerCase());
}
