use crowd::*;
fn main(){
 for d in std::env::args().skip(1){
  let mut files=vec![];
  for e in std::fs::read_dir(&d).unwrap(){let e=e.unwrap(); files.push((e.file_name().to_string_lossy().to_string(), std::fs::read(e.path()).unwrap()));}
  let i=Instance::new(draft_from_tables(d.rsplit('/').next().unwrap(),&files).unwrap_or_else(|e|panic!("{e}"))).unwrap_or_else(|e|panic!("{e}"));
  println!("{}",bound_json(&i).unwrap());
  let j=std::fs::read(format!("{d}/../../{}.json",d.rsplit('/').next().unwrap())).unwrap();
  let o=Instance::from_json(&j).unwrap();
  let key=|v:&Instance|{let mut e:Vec<String>=v.draft().edges.iter().map(|e|serde_json::to_string(e).unwrap()).collect(); e.sort(); e};
  let (a,b)=(key(&i),key(&o)); println!("edges {} {} equal {}",a.len(),b.len(),a==b);
  for x in &a { if !b.contains(x) {println!("+ {x}");} } for x in &b { if !a.contains(x) {println!("- {x}");} }
  println!("{:?}\n{:?}",i.draft().rules,o.draft().rules);
 }
}
