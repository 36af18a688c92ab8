/** The lines that every account has ("Resolution line types" of the DNS service's user guide). */
export interface SystemLine {
  id: string;
  /** Parent line; the roots are `DEFAULT`, `ISP` and `REGION`. */
  fatherId: string;
  /** Chinese name. */
  name: string;
}

export const DEFAULT_LINE = 'default_view';

const CARRIERS = {
  Dianxin: '电信',
  Liantong: '联通',
  Yidong: '移动',
  Jiaoyuwang: '教育网',
  Tietong: '铁通',
  Pengboshi: '鹏博士',
};

/** Areas of China with their provinces. */
const AREAS: readonly { id: string; name: string; provinces: Readonly<Record<string, string>> }[] = [
  {
    id: 'Huabei',
    name: '华北地区',
    provinces: { Beijing: '北京', Hebei: '河北', Tianjin: '天津', Shanxi: '山西', Neimenggu: '内蒙古' },
  },
  { id: 'Dongbei', name: '东北地区', provinces: { Heilongjiang: '黑龙江', Jilin: '吉林', Liaoning: '辽宁' } },
  {
    id: 'Huadong',
    name: '华东地区',
    provinces: {
      Jiangsu: '江苏',
      Shanghai: '上海',
      Zhejiang: '浙江',
      Anhui: '安徽',
      Fujian: '福建',
      Jiangxi: '江西',
      Shandong: '山东',
    },
  },
  { id: 'Huazhong', name: '华中地区', provinces: { Hubei: '湖北', Hunan: '湖南', Henan: '河南' } },
  { id: 'Huanan', name: '华南地区', provinces: { Guangdong: '广东', Guangxi: '广西', Hainan: '海南' } },
  {
    id: 'Xinan',
    name: '西南地区',
    provinces: { Sichuan: '四川', Xizang: '西藏', Chongqing: '重庆', Yunnan: '云南', Guizhou: '贵州' },
  },
  {
    id: 'Xibei',
    name: '西北地区',
    provinces: { Gansu: '甘肃', Xinjiang: '新疆', Shaanxi: '陕西', Qinghai: '青海', Ningxia: '宁夏' },
  },
];

/** Continents and their countries: two-letter codes, but for three whose code is that of a continent (AFG, LAO, NAM). */
const CONTINENTS: readonly { id: string; name: string; countries: string }[] = [
  {
    id: 'AP',
    name: '亚太地区',
    countries:
      'AE AFG AM AZ BD BH BN BT CY GE HK ID IL IN IQ IR JO JP KG KH KP KR KW KZ LAO LB LK MM MN MO MV MY NP OM PH PK PS QA SA SG SY TH TJ TL TM TR TW UZ VN YE',
  },
  { id: 'OA', name: '大洋洲', countries: 'AU CK FJ FM GU KI MH NC NR NU NZ PF PG PW SB TO TV VU WS' },
  {
    id: 'EU',
    name: '欧洲',
    countries:
      'AD AL AT BA BE BG BY CH CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SK SM UA VA',
  },
  {
    id: 'NA',
    name: '北美洲',
    countries: 'AG BB BM BS BZ CA CR CU DM DO GD GL GT HN HT JM KN KY LC MX NI PA PR SV TC TT US VC VG VI',
  },
  { id: 'LA', name: '南美洲', countries: 'AR BO BR CL CO EC FK GF GY PE PY SR UY VE' },
  {
    id: 'AF',
    name: '非洲',
    countries:
      'AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NAM NE NG RE RW SC SD SL SN SO SS ST SZ TD TG TN TZ UG ZA ZM ZW',
  },
];

function* systemLines(): Iterable<SystemLine> {
  yield { id: DEFAULT_LINE, fatherId: 'DEFAULT', name: '全网默认' };
  for (const [carrier, name] of Object.entries(CARRIERS)) {
    yield { id: carrier, fatherId: 'ISP', name };
    yield* chinese(`${carrier}_`, carrier);
  }
  yield { id: 'CN', fatherId: 'REGION', name: '中国大陆' };
  yield* chinese('', 'CN');
  yield { id: 'Abroad', fatherId: 'REGION', name: '中国大陆境外' };
  for (const { id, name, countries } of CONTINENTS) {
    yield { id, fatherId: 'REGION', name };
    for (const country of countries.split(' ')) yield { id: country, fatherId: id, name: country };
  }
}

function* chinese(prefix: string, fatherId: string): Iterable<SystemLine> {
  for (const area of AREAS) {
    yield { id: `${prefix}${area.id}`, fatherId, name: area.name };
    for (const [province, name] of Object.entries(area.provinces))
      yield { id: `${prefix}${province}`, fatherId: `${prefix}${area.id}`, name };
  }
}

export const SYSTEM_LINES: readonly SystemLine[] = [...systemLines()];

const LINE_IDS = new Set(SYSTEM_LINES.map((line) => line.id));

/** The simulated account has no custom lines and no line groups. */
export function isKnownLine(id: string): boolean {
  return LINE_IDS.has(id);
}
